# The way out of a parser that has failed, for WebAssembly: guard.c in its own instructions. So no
# setjmp is linked, and nothing is asked of the host, as Emscripten's would be.
#
# What is thrown carries no value. The stack pointer is a global that a throw does not put back.

	.globaltype	__stack_pointer, i32
	.functype	ballast_pg_guard (i32, i32) -> (i32)
	.functype	ballast_pg_leave () -> ()

	.tagtype	ballast_pg_left
	.weak	ballast_pg_left
ballast_pg_left:

	.section	.text.ballast_pg_guard,"",@
	.globl	ballast_pg_guard
	.type	ballast_pg_guard,@function
ballast_pg_guard:
	.functype	ballast_pg_guard (i32, i32) -> (i32)
	.local	i32, i32
	global.get	__stack_pointer
	local.set	2
	i32.const	1
	local.set	3
	try
	local.get	1
	local.get	0
	call_indirect	(i32) -> ()
	catch	ballast_pg_left
	local.get	2
	global.set	__stack_pointer
	i32.const	0
	local.set	3
	end_try
	local.get	3
	end_function

	.section	.text.ballast_pg_leave,"",@
	.globl	ballast_pg_leave
	.type	ballast_pg_leave,@function
ballast_pg_leave:
	.functype	ballast_pg_leave () -> ()
	throw	ballast_pg_left
	end_function

	.section	.custom_section.target_features,"",@
	.int8	1
	.int8	43
	.int8	18
	.ascii	"exception-handling"
