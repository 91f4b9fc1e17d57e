// The facts of an object: texts, of which each is read when it is asked for.

#include <algorithm>

#include "ballast/schema.h"
#include "identity.h"

namespace ballast::schema {
namespace {

bool is_plain_text(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && text.find('\\') == text.npos;
}

}  // namespace

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_json(std::string_view text) {
  return is_plain_text(text) || text == "true" || text == "false" || Json::accept(text);
}

std::string text_of(std::string_view json) {
  if (is_plain_text(json)) return std::string(json.substr(1, json.size() - 2));
  Json value = Json::parse(json, nullptr, false);
  return value.is_string() ? value.get<std::string>() : std::string();
}

Facts::Facts(const Json& object) {
  for (const auto& [key, value] : object.items()) add({key, dump(value)});
}

Facts::Facts(std::vector<Fact> facts) {
  auto before = [](const Fact& a, const Fact& b) { return a.key < b.key; };
  if (!std::is_sorted(facts.begin(), facts.end(), before)) {
    std::stable_sort(facts.begin(), facts.end(), before);
  }
  size_t size = 0;
  for (const Fact& fact : facts) size += fact.key.size() + fact.text.size();
  text_.reserve(size);
  places_.reserve(facts.size());
  for (const Fact& fact : facts) add(fact);
}

void Facts::add(const Fact& fact) {
  places_.push_back({static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(fact.key.size()),
                     static_cast<uint32_t>(fact.text.size())});
  text_.append(fact.key).append(fact.text);
}

Fact Facts::at(uint32_t place) const {
  const Place& one = places_[place];
  std::string_view text = text_;
  return {text.substr(one.at, one.key), text.substr(one.at + one.key, one.text)};
}

uint32_t Facts::find(std::string_view key) const {
  for (uint32_t i = 0; i < places_.size(); ++i) {
    if (places_[i].key == key.size() && at(i).key == key) return i;
  }
  return kNone;
}

Json Facts::operator[](std::string_view key) const {
  uint32_t place = find(key);
  return place == kNone ? Json() : Json::parse(at(place).text, nullptr, false);
}

std::string Facts::text(std::string_view key) const {
  uint32_t place = find(key);
  return place == kNone ? std::string() : text_of(at(place).text);
}

Json Facts::json() const {
  Json out = Json::object();
  for (uint32_t i = 0; i < size(); ++i) {
    out[std::string(at(i).key)] = Json::parse(at(i).text, nullptr, false);
  }
  return out;
}

Facts Facts::only(std::initializer_list<std::string_view> keys) const {
  Facts out;
  for (uint32_t i = 0; i < size(); ++i) {
    if (std::find(keys.begin(), keys.end(), at(i).key) != keys.end()) out.add(at(i));
  }
  return out;
}

}  // namespace ballast::schema
