#pragma once

#include <filesystem>

namespace tim::server::test {

/// A self-signed certificate and its key in files of a folder of their own, which go with the object.
class TestCertificate {
  public:
    TestCertificate();
    ~TestCertificate();
    TestCertificate(const TestCertificate&) = delete;
    TestCertificate& operator=(const TestCertificate&) = delete;

    std::filesystem::path certificate_file() const { return folder_ / "cert.pem"; }
    std::filesystem::path key_file() const { return folder_ / "key.pem"; }

  private:
    std::filesystem::path folder_;
};

}  // namespace tim::server::test
