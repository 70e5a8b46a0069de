#include "tests/encoder/naive_bert.h"

#include <algorithm>
#include <cmath>

namespace kindling {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;  // one vector a token

class Naive {
 public:
  explicit Naive(const TinyModel& model) : model_(model), shape_(model.shape) {}

  Matrix embed(const std::vector<TokenId>& ids) const {
    const auto& words = model_.values("embeddings.word_embeddings.weight");
    const auto& positions = model_.values("embeddings.position_embeddings.weight");
    const auto& types = model_.values("embeddings.token_type_embeddings.weight");
    Matrix hidden(ids.size(), Vector(shape_.hidden));
    for (std::size_t t = 0; t < ids.size(); ++t) {
      for (std::size_t f = 0; f < shape_.hidden; ++f) {
        hidden[t][f] = double{words[static_cast<std::size_t>(ids[t]) * shape_.hidden + f]} +
                       double{positions[t * shape_.hidden + f]} + double{types[f]};
      }
    }
    return norm("embeddings.LayerNorm", hidden);
  }

  Matrix layer(std::size_t index, const Matrix& in) const {
    const std::string name = "encoder.layer." + std::to_string(index) + ".";
    const Matrix attended = linear(name + "attention.output.dense", attention(name + "attention.self.", in));
    const Matrix middle = norm(name + "attention.output.LayerNorm", add(in, attended));
    Matrix inner = linear(name + "intermediate.dense", middle);
    for (Vector& token : inner) {
      for (double& x : token) x = x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
    }
    return norm(name + "output.LayerNorm", add(middle, linear(name + "output.dense", inner)));
  }

 private:
  Matrix linear(const std::string& name, const Matrix& in) const {
    const auto& weights = model_.values(name + ".weight");
    const auto& bias = model_.values(name + ".bias");
    Matrix out(in.size(), Vector(bias.size()));
    for (std::size_t t = 0; t < in.size(); ++t) {
      for (std::size_t o = 0; o < bias.size(); ++o) {
        out[t][o] = bias[o];
        for (std::size_t i = 0; i < in[t].size(); ++i)
          out[t][o] += double{weights[o * in[t].size() + i]} * in[t][i];
      }
    }
    return out;
  }

  Matrix norm(const std::string& name, Matrix values) const {
    const auto& weight = model_.values(name + ".weight");
    const auto& bias = model_.values(name + ".bias");
    for (Vector& token : values) {
      double mean = 0, variance = 0;
      for (const double x : token) mean += x / static_cast<double>(token.size());
      for (const double x : token) variance += (x - mean) * (x - mean) / static_cast<double>(token.size());
      for (std::size_t f = 0; f < token.size(); ++f) {
        token[f] = (token[f] - mean) / std::sqrt(variance + double{shape_.epsilon}) * double{weight[f]} +
                   double{bias[f]};
      }
    }
    return values;
  }

  static Matrix add(Matrix a, const Matrix& b) {
    for (std::size_t t = 0; t < a.size(); ++t) {
      for (std::size_t f = 0; f < a[t].size(); ++f) a[t][f] += b[t][f];
    }
    return a;
  }

  Matrix attention(const std::string& name, const Matrix& in) const {
    const Matrix queries = linear(name + "query", in), keys = linear(name + "key", in),
                 values = linear(name + "value", in);
    const std::size_t width = shape_.hidden / shape_.heads;
    Matrix out(in.size(), Vector(shape_.hidden));
    for (std::size_t head = 0; head < shape_.hidden; head += width) {
      for (std::size_t i = 0; i < in.size(); ++i) {
        Vector weights(in.size());
        double sum = 0;
        for (std::size_t j = 0; j < in.size(); ++j) {
          double score = 0;
          for (std::size_t f = head; f < head + width; ++f) score += queries[i][f] * keys[j][f];
          sum += weights[j] = std::exp(score / std::sqrt(static_cast<double>(width)));
        }
        for (std::size_t j = 0; j < in.size(); ++j) {
          for (std::size_t f = head; f < head + width; ++f) out[i][f] += weights[j] / sum * values[j][f];
        }
      }
    }
    return out;
  }

  const TinyModel& model_;
  const NetworkShape& shape_;
};

}  // namespace

std::vector<double> naive_encode(const TinyModel& model, const std::vector<TokenId>& ids, Pooling pooling) {
  const Naive naive(model);
  Matrix hidden = naive.embed(ids);
  for (std::size_t i = 0; i < model.shape.layers; ++i) hidden = naive.layer(i, hidden);
  const std::size_t pooled = pooling == Pooling::mean ? hidden.size() : 1;
  Vector vector(model.shape.hidden);
  for (std::size_t t = 0; t < pooled; ++t) {
    for (std::size_t f = 0; f < vector.size(); ++f) vector[f] += hidden[t][f];
  }
  double squares = 0;
  for (const double x : vector) squares += x * x;
  for (double& x : vector) x /= std::sqrt(squares);
  return vector;
}

}  // namespace kindling
