#include "tools/tim/feed/byte_source.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>

#include "temporary_folder.h"

namespace tim::cli {
namespace {

std::string gzip(const std::string& text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

model::Result<std::string> read_all(const std::string& path) {
    auto source = ByteSource::open(path);
    if (!source) return tl::unexpected(source.error());
    std::string text;
    std::array<char, 1000> buffer{};
    while (true) {
        const auto got = (*source)->read(buffer);
        if (!got) return tl::unexpected(got.error());
        if (*got == 0) return text;
        text.append(buffer.data(), *got);
    }
}

std::string long_text() {
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += std::to_string(i) + (i % 7 == 0 ? ",a\n" : ",b\n");
    return text;
}

TEST(ByteSource, ReadsPlainAndPackedAlike) {
    const TemporaryFolder folder;
    const std::string text = long_text();
    EXPECT_EQ(read_all(folder.write("plain.csv", text)), text);
    EXPECT_EQ(read_all(folder.write("packed", gzip(text))), text);
    EXPECT_EQ(read_all(folder.write("empty", "")), "");
    EXPECT_EQ(read_all(folder.write("short", "x")), "x");
}

TEST(ByteSource, ReadsSeveralMembersAsOne) {
    const TemporaryFolder folder;
    EXPECT_EQ(read_all(folder.write("two.gz", gzip("a\n") + gzip(long_text()))), "a\n" + long_text());
}

TEST(ByteSource, TellsCutOffAndDamagedGzip) {
    const TemporaryFolder folder;
    const std::string packed = gzip(long_text());
    const auto cut = read_all(folder.write("cut.gz", packed.substr(0, packed.size() / 2)));
    ASSERT_FALSE(cut);
    EXPECT_NE(cut.error().message.find("cut off"), std::string::npos) << cut.error().message;
    std::string damaged = packed;
    for (std::size_t i = 100; i < 140; ++i)
        damaged[i] = static_cast<char>(damaged[i] ^ 0x5A);
    const auto read = read_all(folder.write("damaged.gz", damaged));
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find("damaged"), std::string::npos) << read.error().message;
}

TEST(ByteSource, TellsWhatIsNoGzipByItsName) {
    const TemporaryFolder folder;
    for (const char* text : {"kind,receipt\n", "x", ""}) {
        const std::string path = folder.write("feed.csv.gz", text);
        const auto read = read_all(path);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().message, path + ": the name ends in .gz, but this is no gzip");
    }
}

TEST(ByteSource, NamesTheFileThatIsNone) {
    const TemporaryFolder folder;
    const auto missing = ByteSource::open((folder.path() / "missing.csv").string());
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("missing.csv"), std::string::npos);
    EXPECT_FALSE(ByteSource::open(folder.path().string()));
}

}  // namespace
}  // namespace tim::cli
