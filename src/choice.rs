//! [`evenly`]: some of many things, wherever not all of them can be shown or tried.

/// Places of at most `most` of `count` things, evenly chosen, first and last among them.
pub fn evenly(count: usize, most: usize) -> Vec<usize> {
    if count <= most || most < 2 {
        return (0..count.min(most)).collect();
    }
    (0..most).map(|index| (index * (count - 1) + (most - 1) / 2) / (most - 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_chosen_and_gaps_differ_by_one_at_most() {
        assert_eq!(evenly(5, 9), [0, 1, 2, 3, 4]);
        assert!(evenly(5, 0).is_empty());
        assert_eq!(evenly(5, 1), [0]);
        for (count, most) in [(10, 3), (13, 12), (1000, 7), (41, 32)] {
            let chosen = evenly(count, most);
            assert_eq!((chosen.len(), chosen[0], chosen[most - 1]), (most, 0, count - 1));
            let gaps: Vec<usize> = chosen.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!(gaps.iter().max().unwrap() - gaps.iter().min().unwrap() <= 1, "{gaps:?}");
        }
    }
}
