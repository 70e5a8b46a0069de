#include "net/connection_pool.h"

#include <algorithm>

namespace kindling {

std::unique_ptr<Transport> ConnectionPool::take(const std::string& route) {
  const std::lock_guard lock(mutex_);
  std::erase_if(idle_, [](const Idle& idle) { return idle.since.seconds() > idle_seconds_max; });
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i].route != route) continue;
    std::unique_ptr<Transport> connection = std::move(idle_[i].connection);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    if (connection->usable()) return connection;
  }
  return nullptr;
}

void ConnectionPool::give(std::string route, std::unique_ptr<Transport> connection) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() >= idle_connections_max) idle_.erase(idle_.begin());
  idle_.push_back({std::move(route), std::move(connection), Stopwatch()});
}

void ConnectionPool::drop(const std::string& route) {
  const std::lock_guard lock(mutex_);
  std::erase_if(idle_, [&](const Idle& idle) { return idle.route == route; });
}

}  // namespace kindling
