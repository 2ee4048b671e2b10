#pragma once

#include <absl/base/thread_annotations.h>

#include <mutex>
#include <shared_mutex>

namespace tim::storage {

/// std::shared_mutex with the annotations that clang's analysis of thread safety needs. (Not absl::Mutex: as
/// the distribution builds it, ThreadSanitizer does not see it lock, and takes all that it guards for races.)
class ABSL_LOCKABLE Mutex {
  public:
    void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
    bool try_lock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) { return mutex_.try_lock(); }
    void unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
    void lock_shared() ABSL_SHARED_LOCK_FUNCTION() { mutex_.lock_shared(); }
    void unlock_shared() ABSL_UNLOCK_FUNCTION() { mutex_.unlock_shared(); }

  private:
    std::shared_mutex mutex_;
};

/// Holds a Mutex alone while it lives.
class ABSL_SCOPED_LOCKABLE MutexLock {
  public:
    explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) { mutex_.lock(); }
    /// One that the caller has locked.
    MutexLock(Mutex& mutex, std::adopt_lock_t) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) : mutex_(mutex) {}
    ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

  private:
    Mutex& mutex_;
};

/// Holds a Mutex together with other readers while it lives.
class ABSL_SCOPED_LOCKABLE ReaderLock {
  public:
    explicit ReaderLock(Mutex& mutex) ABSL_SHARED_LOCK_FUNCTION(mutex) : mutex_(mutex) {
        mutex_.lock_shared();
    }
    ~ReaderLock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock_shared(); }
    ReaderLock(const ReaderLock&) = delete;
    ReaderLock& operator=(const ReaderLock&) = delete;

  private:
    Mutex& mutex_;
};

}  // namespace tim::storage
