// The client: enrols a customer, sells, and shows what came of it.
//
//     tim_example_sell 127.0.0.1:7400 tim-data/admin.key nhanh

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "clients/cpp/blocking_client.h"

namespace {

int give_up(const tim::model::Error& error) {
    std::fprintf(stderr, "%s\n", error.message.c_str());
    return 3;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace tim;
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s HOST:PORT KEY-FILE PROGRAM\n", argv[0]);
        return 2;
    }
    auto connect = client::connect_options(argv[1], argv[2]);
    if (!connect) return give_up(connect.error());
    client::ClientOptions options;
    options.connect = std::move(*connect);
    options.request_timeout_ms = 10'000;
    const std::string program = argv[3];
    client::BlockingClient server(std::move(options));

    // A customer by phone. The request id makes it happen once: were it kept, the same call could be made
    // again.
    const auto customer = *model::parse_customer("phone:+84901234567");
    model::Enrollment person;
    person.keys = {customer};
    person.name = "An";
    model::Command enroll;
    enroll.kind = model::CommandKind::enroll;
    enroll.name = client::make_request_id();
    enroll.enrollment = &person;
    const auto enrolled = server.command(program, enroll);
    if (!enrolled) return give_up(enrolled.error());
    if (enrolled->refusal == model::Refusal::key_taken) std::puts("the customer is known already");

    // Three sales in one batch. Run again, the receipts are known and nothing counts twice.
    std::vector<model::Command> sales;
    for (const char* number : {"C1001", "C1002", "C1003"}) {
        model::Command sale;
        sale.kind = model::CommandKind::sale;
        sale.name = model::Name::receipt({1}, number);
        sale.customer = customer;
        sale.amount = {250'000};
        sales.push_back(sale);
    }
    const auto outcomes = server.sales(program, sales);
    if (!outcomes) return give_up(outcomes.error());
    for (std::size_t i = 0; i < sales.size(); ++i) {
        const model::Outcome& outcome = (*outcomes)[i];
        const std::string receipt = model::format_name(sales[i].name);
        if (outcome.refusal != model::Refusal::none)
            std::printf("%s refused: %s\n", receipt.c_str(),
                        model::refusal_sentence(outcome.refusal, outcome.detail).c_str());
        else
            std::printf("%s earned %lld points%s, balance %lld\n", receipt.c_str(),
                        static_cast<long long>(outcome.points.value),
                        outcome.duplicate ? " (counted before)" : "",
                        static_cast<long long>(outcome.balance.value));
    }

    const auto shown = server.show(program, customer);
    if (!shown) return give_up(shown.error());
    std::printf("customer %llu: %lld points, %lld spendable, tier %u\n",
                static_cast<unsigned long long>(shown->id.value), static_cast<long long>(shown->points.value),
                static_cast<long long>(shown->spendable.value), static_cast<unsigned>(shown->tier));
    return 0;
}
