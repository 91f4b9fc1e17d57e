/** What is stored, in the shapes that the API answers with. */
import type { Operation } from './operations.js'
import type { State, StoredBranch, StoredDatabase } from './state.js'
import type { StoredEndpoint, StoredSnapshot } from './state.js'

type Shape = Record<string, unknown>

const kRecoveryMs = 7 * 24 * 3600_000

/** Leaves out what is null: the API does not write it. */
function known(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== null))
}

/** A branch. */
export function branchShape(branch: StoredBranch, project: string): Shape {
  const { deletedAt } = branch
  const recovery =
    deletedAt === null
      ? null
      : {
          deleted_at: deletedAt,
          recoverable_until: new Date(Date.parse(deletedAt) + kRecoveryMs).toISOString(),
          deletion_method: 'user',
        }
  return known({
    id: branch.id,
    project_id: project,
    parent_id: branch.parentId,
    parent_lsn: branch.parentLsn,
    parent_timestamp: branch.parentTimestamp,
    name: branch.name,
    current_state: branch.state,
    pending_state: branch.state === 'ready' ? null : 'ready',
    state_changed_at: branch.stateChangedAt,
    creation_source: 'neonctl',
    primary: branch.isDefault,
    default: branch.isDefault,
    protected: branch.isProtected,
    cpu_used_sec: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    written_data_bytes: 0,
    data_transfer_bytes: 0,
    created_at: branch.createdAt,
    updated_at: branch.updatedAt,
    expires_at: branch.expiresAt,
    last_reset_at: branch.lastResetAt,
    restored_from: branch.restoredFrom,
    init_source: branch.initSource,
    recovery,
  })
}

/** A compute. Its host is where this endpoint listens. */
export function endpointShape(
  endpoint: StoredEndpoint,
  branch: StoredBranch,
  project: string,
  host: string,
): Shape {
  const { id, type, createdAt, suspendSeconds } = endpoint
  return {
    host,
    id,
    project_id: project,
    branch_id: branch.id,
    autoscaling_limit_min_cu: 0.25,
    autoscaling_limit_max_cu: 0.25,
    region_id: 'local',
    type,
    current_state: branch.state === 'ready' ? 'active' : 'init',
    settings: {},
    pooler_enabled: false,
    pooler_mode: 'transaction',
    disabled: false,
    passwordless_access: false,
    creation_source: 'neonctl',
    created_at: createdAt,
    updated_at: createdAt,
    proxy_host: host,
    suspend_timeout_seconds: suspendSeconds,
    provisioner: 'k8s-pod',
  }
}

/** An operation. */
export function operationShape(operation: Operation, project: string): Shape {
  return known({
    id: operation.id,
    project_id: project,
    branch_id: operation.branchId,
    action: operation.action,
    status: operation.status,
    error: operation.error,
    failures_count: operation.failures,
    created_at: operation.createdAt,
    updated_at: operation.updatedAt,
    total_duration_ms: operation.ms,
  })
}

/** A database. */
export function databaseShape(database: StoredDatabase, branch: StoredBranch): Shape {
  const { id, name, owner, createdAt } = database
  return {
    id,
    branch_id: branch.id,
    name,
    owner_name: owner,
    created_at: createdAt,
    updated_at: createdAt,
  }
}

/** The one role. */
export function roleShape(name: string, branch: StoredBranch): Shape {
  const { createdAt } = branch
  const times = { created_at: createdAt, updated_at: createdAt }
  return { branch_id: branch.id, name, protected: false, ...times }
}

/** A snapshot. */
export function snapshotShape(snapshot: StoredSnapshot): Shape {
  return known({
    id: snapshot.id,
    name: snapshot.name,
    lsn: snapshot.lsn,
    timestamp: snapshot.at,
    source_branch_id: snapshot.branchId,
    created_at: snapshot.createdAt,
    expires_at: snapshot.expiresAt,
    manual: true,
  })
}

/** The project. */
export function projectShape(project: State['project'], version: number, host: string): Shape {
  const { id, name, createdAt, historySeconds } = project
  return {
    data_storage_bytes_hour: 0,
    data_transfer_bytes: 0,
    written_data_bytes: 0,
    compute_time_seconds: 0,
    active_time_seconds: 0,
    cpu_used_sec: 0,
    id,
    platform_id: 'local',
    region_id: 'local',
    name,
    provisioner: 'k8s-pod',
    pg_version: version,
    proxy_host: host,
    branch_logical_size_limit: 0,
    branch_logical_size_limit_bytes: 0,
    store_passwords: true,
    creation_source: 'neonctl',
    history_retention_seconds: historySeconds,
    created_at: createdAt,
    updated_at: createdAt,
    consumption_period_start: createdAt,
    consumption_period_end: createdAt,
    owner_id: 'local',
  }
}
