// What the operations are given, read from JavaScript's objects.
#pragma once
#include "generate.h"
#include "js-values.h"
#include "named-tensors.h"
#include "packed-batch.h"

namespace gepo {

// The names that src/train/tensor-engine gives to number types and to the parts of a tensor's state.
c10::ScalarType number_type(const std::string& name);
std::string name_of(c10::ScalarType type);
std::string name_of(tensor_part part);

model_config read_config(const js_object& from);
model_options read_options(const js_object& from);
token_batch read_batch(const js_object& from);
generate_options read_generate_options(const js_object& from);
tensor_name read_tensor_name(const js_object& from);

}  // namespace gepo
