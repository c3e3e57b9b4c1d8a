#include "arguments.h"

#include <iterator>
#include <map>
#include <sstream>

namespace gepo {
namespace {

const std::map<std::string, tensor_part> parts{{"value", tensor_part::value},
                                               {"missingBits", tensor_part::missing_bits},
                                               {"firstMoment", tensor_part::first_moment},
                                               {"secondMoment", tensor_part::second_moment}};

const std::map<std::string, kernel_choice> choices{
    {"auto", kernel_choice::automatic}, {"fused", kernel_choice::fused}, {"torch", kernel_choice::torch}};

// Words between blanks: lists of texts do not come out of a js_object.
std::vector<std::string> split_words(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

}  // namespace

c10::ScalarType number_type(const std::string& name) {
  static const std::map<std::string, c10::ScalarType> types{{"float64", c10::kDouble},    {"float32", c10::kFloat},
                                                            {"bfloat16", c10::kBFloat16}, {"float16", c10::kHalf},
                                                            {"int16", c10::kShort},       {"int64", c10::kLong}};
  return types.at(name);
}

std::string name_of(c10::ScalarType type) {
  if (type == c10::kDouble) return "float64";
  if (type == c10::kFloat) return "float32";
  return type == c10::kShort ? "int16" : "bfloat16";
}

std::string name_of(tensor_part part) {
  for (const auto& [name, candidate] : parts) {
    if (candidate == part) return name;
  }
  return "";
}

model_config read_config(const js_object& from) {
  model_config config;
  config.vocabulary = from.integer("vocabulary");
  config.hidden = from.integer("hidden");
  config.intermediate = from.integer("intermediate");
  config.layers = from.integer("layers");
  config.heads = from.integer("heads");
  config.key_heads = from.integer("keyHeads");
  config.head_size = from.integer("headSize");
  config.max_positions = from.integer("maxPositions");
  config.norm_epsilon = from.number("normEpsilon");
  config.head_norms = from.flag("headNorms");
  config.qkv_bias = from.flag("qkvBias");
  config.output_bias = from.flag("outputBias");
  config.mlp_bias = from.flag("mlpBias");
  config.tied = from.flag("tied");
  config.rotary_frequencies = from.array<double>("rotaryFrequencies");
  config.rotary_scale = from.number("rotaryScale");
  return config;
}

model_options read_options(const js_object& from) {
  model_options options;
  options.device = c10::Device(from.text("device"));
  options.number_type = number_type(from.text("numberType"));
  options.activation_bytes = from.has("activationBytes") ? from.integer("activationBytes") : INT64_MAX;
  options.logit_rows = from.integer("logitRows");
  options.kernels = choices.at(from.text("kernels"));
  options.share_prompts = from.flag("sharedPrompts");
  options.zero.stage = static_cast<int>(from.integer("zeroStage"));
  options.zero.offload = from.flag("offload");
  const auto training = from.object("training");
  const auto kind = training.text("kind");
  auto& to = options.training;
  if (kind == "none") return options;
  to.seed = static_cast<uint64_t>(training.integer("seed"));
  if (kind == "lora") {
    to.kind = training_kind::lora;
    to.rank = training.integer("rank");
    to.alpha = training.number("alpha");
    to.targets = split_words(training.text("targets"));
    return options;
  }
  to.kind = training_kind::full;
  to.gradients = number_type(training.text("gradients"));
  to.moments = number_type(training.text("moments"));
  to.master = training.flag("master");
  return options;
}

token_batch read_batch(const js_object& from) {
  return {from.array<int32_t>("ids"), from.array<int32_t>("offsets"), from.array<int32_t>("promptLengths")};
}

generate_options read_generate_options(const js_object& from) {
  generate_options options;
  options.ids = from.array<int32_t>("ids");
  options.offsets = from.array<int32_t>("offsets");
  options.max_new_tokens = from.integer("maxNewTokens");
  options.stop_tokens = from.array<int32_t>("stopTokens");
  options.temperature = from.number("temperature");
  options.top_p = from.number("topP");
  options.top_k = from.integer("topK");
  options.batch_size = from.integer("batchSize");
  options.page_size = from.integer("pageSize");
  options.graphs = from.flag("graphs");
  if (from.has("seeds")) options.seeds = from.array<uint32_t>("seeds");
  return options;
}

tensor_name read_tensor_name(const js_object& from) { return {from.text("name"), parts.at(from.text("part"))}; }

}  // namespace gepo
