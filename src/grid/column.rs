//! An axis as a column: distinct values once, a position per run.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Axis;
use crate::value::Value;

/// A value ordered by [`Value::total_cmp`].
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ordered(Value);

impl Ord for Ordered {
    fn cmp(&self, other: &Ordered) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Ordered) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The positions of `values` in the column, those it does not have yet added to it.
pub(super) fn absorb(column: &mut Axis, values: Vec<Value>, are_distinct: bool) -> Vec<u32> {
    if column.values.is_empty() && are_distinct {
        column.values = values;
        return (0..column.values.len() as u32).collect();
    }
    let known = std::mem::take(&mut column.values);
    let mut index: BTreeMap<Ordered, u32> = BTreeMap::new();
    let mut place = |value: &Value, column: &mut Axis| {
        *index.entry(Ordered(value.clone())).or_insert_with(|| {
            column.values.push(value.clone());
            column.values.len() as u32 - 1
        })
    };
    for value in &known {
        place(value, column);
    }
    values.iter().map(|value| place(value, column)).collect()
}

/// Puts the values into the order in which the runs first use them; drops those that no run uses.
pub(super) fn compact(column: &mut Axis) {
    const UNSEEN: u32 = u32::MAX;
    let mut places = vec![UNSEEN; column.values.len()];
    let mut values = Vec::with_capacity(column.values.len());
    for position in &mut column.positions {
        let old = *position as usize;
        if places[old] == UNSEEN {
            places[old] = values.len() as u32;
            values.push(column.values[old].clone());
        }
        *position = places[old];
    }
    column.values = values;
}
