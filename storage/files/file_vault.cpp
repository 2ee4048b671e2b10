#include "storage/files/file_vault.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "storage/checksum.h"

namespace tim::storage {
namespace {

using model::ErrorKind;

constexpr std::uint32_t kVersion = 1;
constexpr std::array<char, 8> kSlotsMark{'T', 'I', 'M', 'S', 'L', 'O', 'T', 'S'};
constexpr std::array<char, 8> kSecretMark{'T', 'I', 'M', 'S', 'E', 'C', 'R', 'T'};

/// The first 32 bytes of both kinds of file.
struct Head {
    std::array<char, 8> mark{};
    std::uint32_t version = kVersion;
    std::uint32_t program = 0;
    std::uint64_t content = 0;   // checksum of the secret; 0 in a file of slots
    std::uint64_t checksum = 0;  // of the head before this field
};
static_assert(sizeof(Head) == sizeof(SecretKey));

std::uint64_t seal(const Head& head) {
    return checksum(std::as_bytes(std::span(&head, 1)).first(offsetof(Head, checksum)));
}

Result<void> check_head(const Head& head, const std::array<char, 8>& mark, std::uint32_t program,
                        const std::filesystem::path& path) {
    if (head.mark != mark) {
        return model::failure(ErrorKind::corrupt, path.string() + " does not begin with its mark");
    }
    if (head.version != kVersion) {
        return model::failure(ErrorKind::corrupt,
                              path.string() + " has format version " + std::to_string(head.version) +
                                  "; this program knows version " + std::to_string(kVersion) + " only");
    }
    if (seal(head) != head.checksum || head.program != program) {
        return model::failure(ErrorKind::corrupt, path.string() + " has a damaged head");
    }
    return {};
}

tl::unexpected<model::Error> cannot_write(const std::filesystem::path& path) {
    return tl::unexpected(system_error(errno, "cannot write " + path.string()));
}

// Files appear with their content or not at all.
Result<void> create_durably(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    const std::filesystem::path fresh = path.string() + ".new";
    auto file = File::open(fresh, O_RDWR | O_CREAT | O_TRUNC);
    if (!file) return tl::unexpected(std::move(file.error()));
    if (file->write_at(bytes, 0) != bytes.size()) return cannot_write(fresh);
    if (auto synced = file->sync(); !synced) return synced;
    if (std::rename(fresh.c_str(), path.c_str()) != 0) return cannot_write(path);
    return sync_folder(path.parent_path());
}

Result<SecretKey> make_secret(const std::filesystem::path& path,
                              const std::function<void(std::span<std::uint8_t>)>& random) {
    SecretKey secret{};
    random(secret);
    Head head;
    head.mark = kSecretMark;
    head.content = checksum(std::as_bytes(std::span(secret)));
    head.checksum = seal(head);
    std::array<std::byte, sizeof(Head) + sizeof(SecretKey)> bytes;
    std::memcpy(bytes.data(), &head, sizeof head);
    std::memcpy(bytes.data() + sizeof head, secret.data(), secret.size());
    if (auto created = create_durably(path, bytes); !created) {
        return tl::unexpected(std::move(created.error()));
    }
    return secret;
}

Result<SecretKey> read_secret(const File& file, const std::filesystem::path& path) {
    std::array<std::byte, sizeof(Head) + sizeof(SecretKey)> bytes;
    auto count = file.read_at(bytes, 0);
    if (!count) return tl::unexpected(std::move(count.error()));
    if (*count != bytes.size()) {
        return model::failure(ErrorKind::corrupt, path.string() + " is too short");
    }
    Head head;
    SecretKey secret;
    std::memcpy(&head, bytes.data(), sizeof head);
    std::memcpy(secret.data(), bytes.data() + sizeof head, secret.size());
    if (auto checked = check_head(head, kSecretMark, 0, path); !checked) {
        return tl::unexpected(std::move(checked.error()));
    }
    if (checksum(std::as_bytes(std::span(secret))) != head.content) {
        return model::failure(ErrorKind::corrupt, path.string() + " fails its checksum");
    }
    return secret;
}

constexpr std::uint64_t slot_offset(model::CustomerId customer) {
    return customer.value * sizeof(SecretKey);
}

tl::unexpected<model::Error> no_key(model::ProgramId program, model::CustomerId customer) {
    return model::failure(ErrorKind::not_found, "the vault has no key of customer " +
                                                    std::to_string(customer.value) + " of program " +
                                                    std::to_string(program.value));
}

}  // namespace

Result<std::unique_ptr<FileVault>> FileVault::open(
    const std::filesystem::path& folder, bool may_be_new,
    const std::function<void(std::span<std::uint8_t>)>& random) {
    const auto path = folder / "engine.secret";
    auto file = File::open(path, O_RDONLY);
    if (!file && file.error().kind != ErrorKind::not_found) return tl::unexpected(std::move(file.error()));
    if (!file && !may_be_new) {
        return model::failure(ErrorKind::corrupt, path.string() +
                                                      " is missing, and the data cannot be read without it: "
                                                      "restore the vault from its backup");
    }
    auto secret = file ? read_secret(*file, path) : make_secret(path, random);
    if (!secret) return tl::unexpected(std::move(secret.error()));
    return std::unique_ptr<FileVault>(new FileVault(folder, *secret));
}

Result<std::shared_ptr<FileVault::Slots>> FileVault::slots(model::ProgramId program, bool make) const {
    const MutexLock lock(mutex_);
    if (const auto found = open_.find(program); found != open_.end()) return found->second;

    const auto path = folder_ / ("program-" + std::to_string(program.value) + ".keys");
    auto file = File::open(path, O_RDWR);
    Head head;
    if (!file && file.error().kind == ErrorKind::not_found && make) {
        head.mark = kSlotsMark;
        head.program = program.value;
        head.checksum = seal(head);
        if (auto created = create_durably(path, std::as_bytes(std::span(&head, 1))); !created) {
            return tl::unexpected(std::move(created.error()));
        }
        file = File::open(path, O_RDWR);
    }
    if (!file) return tl::unexpected(std::move(file.error()));
    auto count = file->read_at(std::as_writable_bytes(std::span(&head, 1)), 0);
    if (!count) return tl::unexpected(std::move(count.error()));
    if (auto checked = check_head(head, kSlotsMark, program.value, path); !checked) {
        return tl::unexpected(std::move(checked.error()));
    }
    if (open_.size() >= kMaxOpenFiles) {
        const auto leaves = open_.begin();
        if (auto synced = sync_slots(*leaves->second); !synced) {
            return tl::unexpected(std::move(synced.error()));
        }
        // Who still writes through it goes on holding it, and marks it dirty: only one that nobody holds
        // goes.
        if (leaves->second.use_count() == 1) open_.erase(leaves);
    }
    auto opened = std::make_shared<Slots>();
    opened->file = std::move(*file);
    open_.emplace(program, opened);
    return opened;
}

Result<void> FileVault::sync_slots(Slots& slots) {
    if (!slots.dirty.exchange(false)) return {};
    auto synced = slots.file.sync();
    if (!synced) slots.dirty = true;
    return synced;
}

Result<void> FileVault::put(model::ProgramId program, model::CustomerId first,
                            std::span<const SecretKey> keys) {
    if (auto checked = check_vault_keys(first, keys); !checked) return checked;
    auto file = slots(program, true);
    if (!file) return tl::unexpected(std::move(file.error()));
    const auto bytes = std::as_bytes(keys);
    const bool whole = (*file)->file.write_at(bytes, slot_offset(first)) == bytes.size();
    const int code = errno;
    (*file)->dirty = true;
    if (!whole) return tl::unexpected(system_error(code, "cannot write keys to " + folder_.string()));
    return {};
}

Result<void> FileVault::sync() {
    std::vector<std::shared_ptr<Slots>> files;
    {
        const MutexLock lock(mutex_);
        for (const auto& [program, file] : open_)
            files.push_back(file);
    }
    for (const auto& file : files) {
        if (auto synced = sync_slots(*file); !synced) return synced;
    }
    return {};
}

Result<SecretKey> FileVault::get(model::ProgramId program, model::CustomerId customer) const {
    if (customer.value == 0 || customer.value > model::kMaxCustomerId) return no_key(program, customer);
    auto file = slots(program, false);
    if (!file && file.error().kind == ErrorKind::not_found) return no_key(program, customer);
    if (!file) return tl::unexpected(std::move(file.error()));
    SecretKey key{};
    auto count = (*file)->file.read_at(std::as_writable_bytes(std::span(key)), slot_offset(customer));
    if (!count) return tl::unexpected(std::move(count.error()));
    if (*count != key.size() || std::ranges::all_of(key, [](std::uint8_t byte) { return byte == 0; })) {
        return no_key(program, customer);
    }
    return key;
}

Result<void> FileVault::destroy(model::ProgramId program, model::CustomerId customer) {
    auto held = get(program, customer);
    if (!held && held.error().kind == ErrorKind::not_found) return {};
    if (!held) return tl::unexpected(std::move(held.error()));
    auto file = slots(program, false);
    if (!file) return tl::unexpected(std::move(file.error()));
    constexpr SecretKey kNone{};
    if ((*file)->file.write_at(std::as_bytes(std::span(kNone)), slot_offset(customer)) != kNone.size()) {
        return tl::unexpected(system_error(errno, "cannot overwrite a key in " + folder_.string()));
    }
    return (*file)->file.sync();
}

}  // namespace tim::storage
