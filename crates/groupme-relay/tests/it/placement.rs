//! Placement of accounts on nodes.

use std::collections::BTreeMap;

use groupme_relay::{AccountName, Candidate, NodeId, placement::owner};

fn accounts() -> Vec<AccountName> {
    (0..3000)
        .map(|number: u32| AccountName::new("t", &number.to_string()).unwrap())
        .collect()
}

fn nodes(capacities: &[u32]) -> Vec<Candidate> {
    let numbered = (1_u64..).zip(capacities);
    numbered
        .map(|(number, capacity)| {
            Candidate::new(
                NodeId::new(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
                *capacity,
            )
        })
        .collect()
}

fn shares(nodes: &[Candidate]) -> BTreeMap<NodeId, usize> {
    let mut shares = BTreeMap::new();
    for account in accounts() {
        *shares
            .entry(owner(&account, nodes).unwrap().clone())
            .or_default() += 1;
    }
    shares
}

#[test]
fn each_node_has_a_share_in_proportion_to_its_capacity() {
    let nodes = nodes(&[100, 100, 200, 0]);
    let shares = shares(&nodes);
    let share = |index: usize| shares.get(&nodes[index].node).copied().unwrap_or(0);
    for (index, expected) in [(0, 750), (1, 750), (2, 1500)] {
        assert!(
            share(index).abs_diff(expected) < 120,
            "{index}: {}",
            share(index)
        );
    }
    assert_eq!(share(3), 0);
}

#[test]
fn only_the_accounts_of_a_node_that_leaves_move() {
    let before = nodes(&[100, 100, 100, 100]);
    let after = &before[..3];
    for account in accounts() {
        let (old, new) = (owner(&account, &before), owner(&account, after));
        assert!(old == new || old == Some(&before[3].node), "{account}");
    }
}

#[test]
fn the_order_of_the_nodes_does_not_matter_and_without_nodes_there_is_no_owner() {
    let mut nodes = nodes(&[1, 2, 3, 4, 5]);
    let account = AccountName::new("t", "185").unwrap();
    let first = owner(&account, &nodes).cloned();
    nodes.reverse();
    assert_eq!(owner(&account, &nodes).cloned(), first);
    assert_eq!(owner(&account, []), None);
}

#[test]
fn the_placement_is_the_same_in_every_version() {
    let nodes = nodes(&[100, 100, 100]);
    let owners: String = accounts()[..24]
        .iter()
        .map(|account| {
            let owner = owner(account, &nodes).unwrap();
            let index = nodes.iter().position(|candidate| candidate.node == *owner);
            char::from_digit(u32::try_from(index.unwrap()).unwrap(), 10).unwrap()
        })
        .collect();
    assert_eq!(owners, "020211222101202122121211");
}
