//! Plain words for gaps and losses.

use groupme_delivery::{Item, LossReason, Origin};

use crate::world::{GROUP, World, id};

#[test]
fn gaps_and_losses_are_displayed_in_words_with_their_bounds() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world
        .failures
        .insert(GROUP.to_owned(), groupme_delivery::Failure::Refused);
    world.feed.handle_live(
        world.now,
        groupme_model::Timestamp::from_secs(crate::world::T0),
    );
    let mut texts = Vec::new();
    loop {
        while let Some(delivered) = world.feed.poll_delivery() {
            match delivered.item {
                Item::Gap(gap) => texts.push(gap.to_string()),
                Item::Lost(lost) => texts.push(lost.to_string()),
                _ => {}
            }
        }
        if !world.ask_one() {
            break;
        }
    }
    let (first, second) = (id(1), id(2));
    assert_eq!(
        texts,
        [
            format!(
                "messages of 1835 were missed, after {first}, up to {second}: the connection was lost"
            ),
            format!(
                "messages of 1835 are lost, after {first}, up to {second}: GroupMe refuses the request"
            ),
            format!(
                "edits, deletions and reactions of 1835 are lost, after {first}: GroupMe refuses the \
                 request"
            ),
        ]
    );
    assert_eq!(Origin::Push.to_string(), "push");
    assert!(LossReason::Internal.to_string().contains("panicked"));
}
