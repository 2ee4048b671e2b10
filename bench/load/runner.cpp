#include "bench/load/runner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <memory>

#include "bench/load/detailed_sales.h"
#include "bench/load/traffic.h"
#include "bench/load/wire.h"

namespace tim::bench {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kDrainLimit = 60 * kNanosPerSecond;

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::int64_t to_ns(double seconds) {
    return static_cast<std::int64_t>(seconds * 1e9);
}

/// One message under way: its correlation is its place among the connection's slots.
struct Slot {
    std::int64_t begin_ns = 0;          // when it was sent; open loop: when it was due
    std::vector<std::uint64_t> opened;  // holds that the slot's next message resolves
    bool resolves = false;
};

struct Connection {
    Socket socket;
    codec::FrameReader reader{codec::kMaxReplyBytes};
    codec::ByteBuffer out;
    std::size_t sent = 0;
    bool wants_write = false;
    bool dirty = false;
    std::uint32_t terminal = 0;
    std::vector<Slot> slots;
};

class Runner {
  public:
    Runner(const Settings& settings, std::uint64_t run, std::int64_t points_above)
        : settings_(settings),
          points_above_(points_above),
          traffic_(settings, run),
          encoder_(settings.program),
          detailed_(settings.program, settings.names_codes),
          sales_(settings.batch),
          commands_(settings.batch) {}

    Result<void> connect(const codec::AccessSecret& secret);
    Result<RunResult> run();

  private:
    bool open_loop() const { return settings_.rate > 0; }
    void send_message(Connection& connection, std::uint32_t slot, std::int64_t begin_ns);
    void send_due(std::int64_t now);
    Result<void> flush(Connection& connection);
    Result<void> on_readable(Connection& connection);
    Result<void> on_reply(Connection& connection, const codec::Frame& frame, std::int64_t now);
    void count_refusal(std::uint16_t code);
    void take_sample(std::int64_t now);
    Result<void> wait(std::int64_t now);

    const Settings& settings_;
    std::int64_t points_above_;  // of each sale, for the VIP above: rows do not tell them
    Traffic traffic_;
    codec::BatchEncoder encoder_;
    DetailedSales detailed_;
    std::vector<schema::SaleRow> sales_;
    std::vector<schema::CommandRow> commands_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<Connection*> dirty_;
    std::deque<std::pair<Connection*, std::uint32_t>> free_slots_;  // open loop
    Socket epoll_;

    std::int64_t measure_from_ = 0;
    std::int64_t measure_to_ = 0;
    bool sending_ = true;
    std::uint64_t under_way_ = 0;
    std::uint64_t messages_ = 0;
    double interval_ns_ = 0;  // open loop: between messages
    std::int64_t first_due_ns_ = 0;
    std::uint64_t next_due_ = 0;

    RunResult result_;
    Histogram sample_latency_;
    std::uint64_t sample_operations_ = 0;
    std::int64_t sample_from_ = 0;
};

Result<void> Runner::connect(const codec::AccessSecret& secret) {
    epoll_ = Socket(::epoll_create1(EPOLL_CLOEXEC));
    for (std::size_t i = 0; i < settings_.connections; ++i) {
        auto wire = Wire::connect(settings_.server, secret);
        if (!wire) return tl::unexpected(wire.error());
        auto connection = std::make_unique<Connection>();
        connection->socket = wire->release();
        connection->terminal = static_cast<std::uint32_t>(i + 1);
        connection->slots.resize(settings_.depth);
        const int descriptor = connection->socket.descriptor();
        ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = connection.get();
        if (::epoll_ctl(epoll_.descriptor(), EPOLL_CTL_ADD, descriptor, &event) != 0)
            return failure(ErrorKind::io, std::strerror(errno));
        connections_.push_back(std::move(connection));
    }
    return {};
}

void Runner::send_message(Connection& connection, std::uint32_t index, std::int64_t begin_ns) {
    Slot& slot = connection.slots[index];
    slot.begin_ns = begin_ns;
    ++under_way_;
    ++messages_;
    if (!connection.dirty) {
        connection.dirty = true;
        dirty_.push_back(&connection);
    }

    const bool sells = settings_.mode == Mode::sale || (settings_.mode == Mode::mix && messages_ % 2 == 0);
    if (sells) {
        for (schema::SaleRow& row : sales_)
            traffic_.sale(row, connection.terminal);
        if (settings_.detailed)
            detailed_.append(connection.out, index, sales_);
        else
            encoder_.append_sales(connection.out, index, sales_);
        return;
    }
    slot.resolves = !slot.opened.empty();
    std::size_t rows = commands_.size();
    if (slot.resolves) {
        rows = slot.opened.size();
        for (std::size_t i = 0; i < rows; ++i)
            traffic_.resolve(commands_[i], slot.opened[i]);
        slot.opened.clear();
    } else if (settings_.mode == Mode::redeem) {
        for (schema::CommandRow& row : commands_)
            traffic_.redeem(row);
    } else if (settings_.mode == Mode::hold) {
        for (schema::CommandRow& row : commands_)
            traffic_.hold(row);
    } else {
        for (schema::CommandRow& row : commands_)
            traffic_.balance(row);
    }
    encoder_.append_commands(connection.out, index, std::span(commands_).first(rows));
}

Result<void> Runner::flush(Connection& connection) {
    while (connection.sent < connection.out.size()) {
        const auto rest = connection.out.view().subspan(connection.sent);
        const ssize_t sent = ::send(connection.socket.descriptor(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN)
            return failure(ErrorKind::unavailable,
                           fmt::format("a connection broke: {}", std::strerror(errno)));
        if (sent < 0) break;
        connection.sent += static_cast<std::size_t>(sent);
    }
    const bool done = connection.sent == connection.out.size();
    if (done) {
        connection.out.clear();
        connection.sent = 0;
    }
    if (connection.wants_write == done) {
        connection.wants_write = !done;
        epoll_event event{};
        event.events = done ? EPOLLIN : EPOLLIN | EPOLLOUT;
        event.data.ptr = &connection;
        ::epoll_ctl(epoll_.descriptor(), EPOLL_CTL_MOD, connection.socket.descriptor(), &event);
    }
    return {};
}

void Runner::count_refusal(std::uint16_t code) {
    ++result_.refused;
    ++result_.refused_by_code[std::min<std::size_t>(code, result_.refused_by_code.size() - 1)];
}

Result<void> Runner::on_reply(Connection& connection, const codec::Frame& frame, std::int64_t now) {
    const auto reply = codec::read_reply(frame.payload);
    if (!reply) return tl::unexpected(reply.error());
    if (frame.correlation >= connection.slots.size())
        return failure(ErrorKind::corrupt,
                       fmt::format("an answer to nothing that was asked ({})", frame.correlation));
    Slot& slot = connection.slots[frame.correlation];
    Acknowledged& acknowledged = result_.acknowledged;
    std::uint64_t done = 0;
    if (const auto* sales = (*reply)->body_as_SaleResults()) {
        for (const schema::SaleResult* row : *sales->rows()) {
            if (row->refusal() != 0) {
                count_refusal(row->refusal());
                continue;
            }
            ++done;
            if (row->duplicate() != 0) {
                ++acknowledged.duplicates;
                continue;
            }
            acknowledged.spend_minor += kSaleAmountMinor;
            acknowledged.points += row->points() + points_above_;
        }
    } else if (const auto* detailed = (*reply)->body_as_DetailedSaleResults()) {
        for (const schema::DetailedSaleResult* row : *detailed->rows()) {
            if (row->result()->refusal() != 0) {
                count_refusal(row->result()->refusal());
                continue;
            }
            ++done;
            if (row->result()->duplicate() != 0)
                ++acknowledged.duplicates;
            else
                detailed_.take(*row, kSaleAmountMinor, acknowledged);
        }
    } else if (const auto* results = (*reply)->body_as_CommandResults()) {
        const bool opens = settings_.mode == Mode::hold && !slot.resolves;
        const bool moves = settings_.mode == Mode::redeem || settings_.mode == Mode::hold;
        for (const schema::CommandResult* row : *results->rows()) {
            if (row->refusal() != 0) {
                count_refusal(row->refusal());
                continue;
            }
            ++done;
            if (row->duplicate() != 0) ++acknowledged.duplicates;
            if (opens)
                slot.opened.push_back(row->sequence());
            else if (moves)
                acknowledged.points += row->points();
        }
    } else {
        const auto* refused = (*reply)->body_as_Failure();
        return failure(ErrorKind::invalid,
                       refused ? "the server answers: " + refused->message()->str() : "an unexpected answer");
    }
    --under_way_;
    acknowledged.operations += done;

    if (now >= measure_from_ && now < measure_to_) {
        result_.operations += done;
        sample_operations_ += done;
    }
    // Open loop: what was due in the measured part counts even when it is answered late.
    const auto is_measured = [this](std::int64_t at) { return at >= measure_from_ && at < measure_to_; };
    if (is_measured(now) || (open_loop() && is_measured(slot.begin_ns))) {
        const auto latency = static_cast<std::uint64_t>(std::max<std::int64_t>(now - slot.begin_ns, 0));
        result_.latency_ns.record(latency);
        sample_latency_.record(latency);
    }
    if (open_loop())
        free_slots_.emplace_back(&connection, frame.correlation);
    else if (sending_)
        send_message(connection, frame.correlation, now);
    return {};
}

Result<void> Runner::on_readable(Connection& connection) {
    // One read an event: the other connections wait for their turn.
    const auto room = connection.reader.prepare(256 * 1024);
    const ssize_t got = ::recv(connection.socket.descriptor(), room.data(), room.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (got <= 0)
        return failure(ErrorKind::unavailable,
                       got == 0 ? "the server closed a connection"
                                : fmt::format("a connection broke: {}", std::strerror(errno)));
    connection.reader.commit(static_cast<std::size_t>(got));
    const std::int64_t now = now_ns();
    while (true) {
        const auto frame = connection.reader.next();
        if (!frame) return tl::unexpected(frame.error());
        if (!*frame) return {};
        if (auto taken = on_reply(connection, **frame, now); !taken) return taken;
    }
}

void Runner::send_due(std::int64_t now) {
    while (!free_slots_.empty()) {
        const std::int64_t due =
            first_due_ns_ + static_cast<std::int64_t>(interval_ns_ * static_cast<double>(next_due_));
        if (due > now) return;
        const auto [connection, slot] = free_slots_.front();
        free_slots_.pop_front();
        ++next_due_;
        send_message(*connection, slot, due);
    }
}

void Runner::take_sample(std::int64_t now) {
    const double seconds = static_cast<double>(now - sample_from_) / 1e9;
    if (now > measure_from_ && seconds > 0)
        result_.samples.push_back({static_cast<double>(now - measure_from_) / 1e9,
                                   static_cast<double>(sample_operations_) / seconds,
                                   static_cast<double>(sample_latency_.at_quantile(0.5)) / 1e3,
                                   static_cast<double>(sample_latency_.at_quantile(0.99)) / 1e3});
    sample_latency_.clear();
    sample_operations_ = 0;
    sample_from_ = now;
}

Result<void> Runner::wait(std::int64_t now) {
    std::int64_t wait_ns = 10'000'000;
    if (open_loop() && sending_ && !free_slots_.empty()) {
        const std::int64_t due =
            first_due_ns_ + static_cast<std::int64_t>(interval_ns_ * static_cast<double>(next_due_));
        wait_ns = std::clamp<std::int64_t>(due - now, 0, wait_ns);
    }
    const timespec timeout{0, static_cast<long>(wait_ns)};
    std::array<epoll_event, 128> events{};
    const int count = ::epoll_pwait2(epoll_.descriptor(), events.data(), static_cast<int>(events.size()),
                                     &timeout, nullptr);
    if (count < 0 && errno != EINTR) return failure(ErrorKind::io, std::strerror(errno));
    for (int i = 0; i < count; ++i) {
        auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        const std::uint32_t what = events[static_cast<std::size_t>(i)].events;
        if ((what & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
            if (auto read = on_readable(connection); !read) return read;
        }
        const bool flushes = (what & EPOLLOUT) != 0 || connection.dirty;
        if (flushes && !open_loop()) {
            if (auto flushed = flush(connection); !flushed) return flushed;
            connection.dirty = false;
        } else if ((what & EPOLLOUT) != 0) {
            if (auto flushed = flush(connection); !flushed) return flushed;
        }
    }
    if (!open_loop()) dirty_.clear();
    return {};
}

Result<RunResult> Runner::run() {
    const std::int64_t begin = now_ns();
    measure_from_ = begin + to_ns(settings_.warm_up_s);
    measure_to_ = measure_from_ + to_ns(settings_.seconds);
    sample_from_ = measure_from_;
    if (open_loop()) {
        interval_ns_ = 1e9 * static_cast<double>(settings_.batch) / settings_.rate;
        first_due_ns_ = begin;
    }
    for (std::size_t slot = 0; slot < settings_.depth; ++slot)
        for (const auto& connection : connections_) {
            if (open_loop())
                free_slots_.emplace_back(connection.get(), static_cast<std::uint32_t>(slot));
            else
                send_message(*connection, static_cast<std::uint32_t>(slot), begin);
        }

    std::int64_t next_sample = measure_from_ + kNanosPerSecond;
    while (sending_ || under_way_ > 0) {
        std::int64_t now = now_ns();
        if (sending_ && now >= measure_to_) {
            sending_ = false;
            take_sample(now);
            if (open_loop()) {
                const auto due =
                    static_cast<std::uint64_t>(static_cast<double>(now - first_due_ns_) / interval_ns_);
                result_.not_sent = due > next_due_ ? due - next_due_ : 0;
            }
        }
        if (now < measure_from_)
            sample_from_ = measure_from_;
        else if (sending_ && now >= next_sample) {
            take_sample(now);
            next_sample += kNanosPerSecond;
        }
        if (!sending_ && now > measure_to_ + kDrainLimit)
            return failure(ErrorKind::unavailable, fmt::format("{} messages were not answered", under_way_));
        if (open_loop() && sending_) send_due(now);
        for (Connection* connection : dirty_) {
            connection->dirty = false;
            if (auto flushed = flush(*connection); !flushed) return tl::unexpected(flushed.error());
        }
        dirty_.clear();
        if (auto waited = wait(now); !waited) return tl::unexpected(waited.error());
    }
    result_.measured_s = settings_.seconds;
    return std::move(result_);
}

}  // namespace

Result<RunResult> run_load(const Settings& settings, const codec::AccessSecret& secret,
                           std::int64_t points_above) {
    std::uint64_t run = 0;
    codec::fill_random({reinterpret_cast<std::uint8_t*>(&run), sizeof run});
    Runner runner(settings, run, points_above);
    if (auto connected = runner.connect(secret); !connected) return tl::unexpected(connected.error());
    return runner.run();
}

}  // namespace tim::bench
