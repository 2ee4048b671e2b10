#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tim::server {

/// Threads for work that may block: queries that read the disk. Bounded. Thread-safe.
class WorkerPool {
  public:
    WorkerPool(std::size_t threads, std::size_t max_queued);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Takes a job; false when the queue is full or the pool has stopped. Jobs must not throw.
    bool submit(std::function<void()> job);

    /// Takes no more jobs, runs those that wait, joins the threads.
    void stop();

  private:
    void run();

    const std::size_t max_queued_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;  // guarded by mutex_
    bool stopping_ = false;                    // guarded by mutex_
    std::vector<std::thread> threads_;
};

}  // namespace tim::server
