//! Hostile servers: a case is a stand-in on raw sockets and one run of the command, which has to end
//! as it should within bounds of time, processor time and memory.
//!
//! The cases of a test run at the same time. Most attacks never end by themselves: the stand-in
//! sends until the command closes the connection.

mod advice;
mod bayeux;
mod both;
mod broken;
mod case;
mod evil;
mod frames;
mod http;
mod peer;
mod rest;
mod slow;

use self::case::run_all;

#[tokio::test(flavor = "multi_thread")]
async fn http_attacks_on_the_gateway_client_end_with_a_name() {
    run_all(http::cases()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_not_http_are_reported_as_the_fault_of_the_server() {
    run_all(broken::cases()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_against_rfc_6455_end_with_a_name() {
    run_all(frames::cases()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn advice_of_any_kind_is_taken_within_limits() {
    run_all(advice::cases()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_any_kind_cost_bounded_memory() {
    run_all(bayeux::cases()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rest_responses_of_any_kind_end_with_a_name() {
    run_all(rest::cases()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_rest_api_beside_a_good_gateway_costs_only_what_is_lost() {
    run_all(both::cases()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_members_do_not_command_the_terminal() {
    run_all(evil::cases()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_and_slowness_end_with_a_timeout() {
    run_all(slow::cases()).await;
}
