#include <variant>

#include "daemon.h"
#include "options.h"

int main(int argc, char** argv) {
    auto options = tim::daemon::read_options(argc, argv);
    if (const auto* exit_code = std::get_if<tim::daemon::ExitCode>(&options)) return exit_code->value;
    return tim::daemon::run(std::get<tim::daemon::Options>(options));
}
