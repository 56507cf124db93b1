//! Placement: the node that should run an account.
//!
//! Weighted rendezvous hashing: each node gets a score for each account, and the highest one runs it.
//! A node that joins takes its share from all others, and the accounts of one that leaves spread over
//! all others; no other account moves. The placement is a wish only: claims decide.

use crate::{AccountName, NodeId};

/// Node that can run accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// Node.
    pub node: NodeId,
    /// Share of the accounts, in proportion to the capacities of the others; 0 for none.
    pub capacity: u32,
}

impl Candidate {
    /// Returns a candidate.
    pub const fn new(node: NodeId, capacity: u32) -> Self {
        Self { node, capacity }
    }
}

/// Returns the node that should run an account; `None` if none has capacity.
pub fn owner<'c>(
    account: &AccountName,
    candidates: impl IntoIterator<Item = &'c Candidate>,
) -> Option<&'c NodeId> {
    let mut best: Option<(f64, &NodeId)> = None;
    for candidate in candidates {
        if candidate.capacity == 0 {
            continue;
        }
        let score = score(account, candidate);
        // The name decides between equal scores, so that all nodes see the same owner.
        let is_better = best.is_none_or(|(highest, node)| {
            score > highest || (score.total_cmp(&highest).is_eq() && candidate.node > *node)
        });
        if is_better {
            best = Some((score, &candidate.node));
        }
    }
    best.map(|(_, node)| node)
}

fn score(account: &AccountName, candidate: &Candidate) -> f64 {
    let hash = hash(account.as_str(), candidate.node.as_str());
    #[expect(
        clippy::cast_precision_loss,
        reason = "the lower bits are shifted out: 53 remain, and half a step keeps the result from 0"
    )]
    let uniform = ((hash >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    f64::from(candidate.capacity) / -uniform.ln()
}

/// FNV-1a with the finalizer of `MurmurHash3`: nodes of different versions must agree.
fn hash(account: &str, node: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in account.bytes().chain([b'/']).chain(node.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
