//! What optimizers say of themselves, held to what they do on a parabola.

use super::*;

/// Whether the course's parabola sends a run away from its minimum at this learning rate.
fn grows(nesterov: bool, momentum: f64, rate: f64) -> bool {
    let (mut w, mut velocity) = (1.0, 0.0);
    for _ in 0..2000 {
        let gradient = 0.625 * w;
        velocity = momentum * velocity + gradient;
        w -= rate * if nesterov { gradient + momentum * velocity } else { velocity };
    }
    f64::abs(w) > 1.0
}

#[test]
fn momentum_widens_the_stable_range() {
    let limit = |nesterov, momentum| Optimizer::Sgd(Sgd { nesterov }).stability_limit(0.625, momentum);
    assert_eq!(limit(false, 0.0), Some(3.2));
    assert_eq!(limit(true, 0.0), Some(3.2));
    assert_eq!(limit(false, 0.5), Some(4.8));
    assert_eq!(Optimizer::Playground(Playground).stability_limit(0.625, 0.0), Some(3.2));
    // Nesterov with β: the root of the characteristic polynomial reaches −1 at 2(1+β)/((1+2β)λ).
    for (nesterov, momentum) in [(false, 0.0), (false, 0.5), (false, 0.9), (true, 0.5), (true, 0.9)] {
        let limit = limit(nesterov, momentum).unwrap();
        assert!(!grows(nesterov, momentum, limit * 0.99) && grows(nesterov, momentum, limit * 1.01), "{momentum}");
    }
}

#[test]
fn memory_is_taken_only_where_something_is_remembered() {
    let sgd = Optimizer::Sgd(Sgd::default());
    assert_eq!((sgd.memory(Penalty::None, false), sgd.memory(Penalty::None, true)), (0, 1));
    let playground = Optimizer::Playground(Playground);
    assert_eq!((playground.memory(Penalty::L1(0.1), false), playground.memory(Penalty::L2(0.1), false)), (1, 0));
}
