// Connections kept open between requests, by where they lead.
//
// Thread-safe. What is taken belongs to the taker until it is given back; what is never given back is closed.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/env.h"
#include "net/transport.h"

namespace kindling {

inline constexpr std::size_t idle_connections_max = 32;  // of all routes; the longest idle are closed first
inline constexpr double idle_seconds_max =
    90;  // servers and the boxes between forget a connection sooner or later

class ConnectionPool {
 public:
  // The last used connection of that route that still looks usable; null if there is none.
  [[nodiscard]] std::unique_ptr<Transport> take(const std::string& route);
  void give(std::string route, std::unique_ptr<Transport> connection);
  // Closes those of a route: one of them was dead, so the others are too, probably.
  void drop(const std::string& route);

 private:
  struct Idle {
    std::string route;
    std::unique_ptr<Transport> connection;
    Stopwatch since;
  };
  std::mutex mutex_;
  std::vector<Idle> idle_;  // the longest idle first
};

}  // namespace kindling
