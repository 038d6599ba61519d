#include "CTOML.h"

// The parser alone, and errors as values.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
// It asserts what a file can break, and checks it again afterwards: "[[[" would end the program, or be
// undefined behaviour where assertions are assumptions.
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace {

// Tables that are further inside have no known key.
const int maxDepth = 4;

struct Visitor {
  void *context;
  void (*visit)(void *, CTOMLValue);

  void call(
    const std::string &path, const toml::node &node, CTOMLKind kind, std::string_view text) const {
    const CTOMLValue value = {
      path.data(), path.size(), kind, text.data(), text.size(), node.source().begin.line};
    visit(context, value);
  }

  void walk(const std::string &path, const toml::node &node, int depth) const {
    if (const auto *table = node.as_table(); table && depth < maxDepth) {
      for (const auto &[key, value] : *table) {
        std::string inner = path.empty() ? std::string() : path + ".";
        inner += key.str();
        walk(inner, value, depth + 1);
      }
    } else if (const auto *text = node.as_string()) {
      call(path, node, CTOMLText, text->get());
    } else if (const auto *number = node.as_integer()) {
      call(path, node, CTOMLInteger, std::to_string(number->get()));
    } else if (const auto *flag = node.as_boolean()) {
      call(path, node, CTOMLBoolean, flag->get() ? "true" : "false");
    } else {
      call(path, node, CTOMLOther, "");
    }
  }
};

}  // namespace

uint32_t CTOML_read(
  const char *bytes, size_t count, void *context, void (*visit)(void *, CTOMLValue), char *reason,
  size_t reasonByteCount) {
  const toml::parse_result result = toml::parse(std::string_view(bytes, count));
  if (!result) {
    const auto description = result.error().description();
    const size_t length = std::min(description.size(), reasonByteCount - 1);
    std::memcpy(reason, description.data(), length);
    reason[length] = 0;
    return std::max<uint32_t>(1, result.error().source().begin.line);
  }
  Visitor{context, visit}.walk("", result.table(), 0);
  return 0;
}
