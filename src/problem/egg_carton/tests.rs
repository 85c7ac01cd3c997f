//! The list of minima against a search on a fine grid, and gradients against central differences.

use proptest::prelude::*;

use super::*;

const CARTON: EggCarton =
    EggCarton { dimensions: 1, curvature: 1.0, ripple: 0.5, frequency: 5.0, minimum: [0.3, -0.2], start: [2.0, 1.0] };

#[test]
fn the_minima_are_those_that_a_fine_search_finds() {
    for (ripple, frequency) in [(0.5, 5.0), (2.0, 3.0), (0.05, 5.0), (0.03, 5.0), (0.0, 1.0), (1.0, 20.0)] {
        let carton = Carton::new(EggCarton { ripple, frequency, ..CARTON });
        let at = |i: i32| 0.3 + f64::from(i) * 1e-4 + 0.5e-4;
        let loss: Vec<f64> = (-300_000..300_000).map(|i| carton.loss(&[at(i)])).collect();
        let mut found: Vec<f64> = (1..loss.len() - 1)
            .filter(|&i| loss[i] < loss[i - 1] && loss[i] <= loss[i + 1])
            .map(|i| at(i as i32 - 300_000))
            .collect();
        let mut listed: Vec<f64> = carton.minima().iter().map(|minimum| minimum.parameters[0]).collect();
        found.sort_by(f64::total_cmp);
        listed.sort_by(f64::total_cmp);
        assert_eq!(found.len(), listed.len(), "{ripple} {frequency}");
        assert!(found.iter().zip(&listed).all(|(a, b)| (a - b).abs() < 1.01e-4));
        assert!(listed.len() as f64 <= carton.definition.minima_at_most());
        assert_eq!((carton.minima()[0].parameters[0], carton.minima()[0].loss), (0.3, 0.0));
        assert!(carton.minima().is_sorted_by(|a, b| a.loss <= b.loss));
    }
}

#[test]
fn equal_minima_are_numbered_from_left_to_right_wherever_the_middle_lies() {
    for center in [0.0, 0.3, -0.1, 7.7, 1e3, -12.34] {
        for dimensions in [1, 2] {
            let carton = Carton::new(EggCarton { dimensions, minimum: [center, 0.7], ..CARTON });
            let offset = |minimum: &Minimum| -> Vec<f64> {
                minimum.wells.iter().map(|&well| carton.wells[well].bottom).collect()
            };
            let sizes = |offsets: &[f64]| -> Vec<f64> {
                let mut sizes: Vec<f64> = offsets.iter().map(|u| u.abs()).collect();
                sizes.sort_by(f64::total_cmp);
                sizes
            };
            for pair in carton.minima().windows(2) {
                let (a, b) = (offset(&pair[0]), offset(&pair[1]));
                if sizes(&a) == sizes(&b) {
                    assert_eq!(pair[0].loss, pair[1].loss);
                    assert!(a < b, "{center}: {a:?} before {b:?}");
                }
            }
        }
    }
}

#[test]
fn two_dimensions_have_all_combinations_of_minima() {
    let one = Carton::new(CARTON);
    let two = Carton::new(EggCarton { dimensions: 2, ..CARTON });
    assert_eq!(two.minima().len(), one.minima().len() * one.minima().len());
    assert_eq!(two.minima()[0].parameters, [0.3, -0.2]);
    assert!(two.minima().iter().all(|minimum| slopes(&two, &minimum.parameters).iter().all(|g| g.abs() < 1e-14)));
}

#[test]
fn a_place_belongs_to_the_minimum_it_is_close_to() {
    let carton = Carton::new(EggCarton { dimensions: 2, ..CARTON });
    for (number, minimum) in carton.minima().iter().enumerate() {
        let [x, y] = minimum.parameters[..] else { panic!("two parameters") };
        assert_eq!(carton.reached(&[x + 0.01, y - 0.01]), Some(number));
        assert_eq!(carton.reached(&[x + 0.3, y]), None, "between two minima");
    }
    assert_eq!(carton.reached(&[f64::INFINITY, 0.0]), None);
    assert_eq!(carton.reached(&[f64::NAN, 0.0]), None);
    let bowl = Carton::new(EggCarton { ripple: 0.0, ..CARTON });
    assert_eq!((bowl.reached(&[0.4]), bowl.reached(&[1.0])), (Some(0), None));
    let [number, is_best, w] = carton_extras(&bowl, 0.31)[..] else { panic!("three extras") };
    assert_eq!((number, is_best, w), (Some(0.0), Some(1.0), Some(0.3)));
}

fn carton_extras(carton: &Carton, w: f64) -> Vec<Option<f64>> {
    assert_eq!(carton.extras(), ["minimum", "is_best", "minimum_w"]);
    carton.extra_values(&[w])
}

fn slopes(carton: &Carton, parameters: &[f64]) -> Vec<f64> {
    let lanes: Vec<[f64; 1]> = parameters.iter().map(|&w| [w]).collect();
    let mut gradient = vec![[0.0]; lanes.len()];
    carton.closed_gradient(Scalar, &lanes, &mut gradient, &mut []);
    gradient.into_iter().map(|[g]| g).collect()
}

proptest! {
    #[test]
    fn slopes_agree_with_central_differences(x in -5.0f64..5.0, y in -5.0f64..5.0) {
        let carton = Carton::new(EggCarton { dimensions: 2, ..CARTON });
        let slopes = slopes(&carton, &[x, y]);
        let h = 1e-5;
        let along_x = (carton.loss(&[x + h, y]) - carton.loss(&[x - h, y])) / (2.0 * h);
        let along_y = (carton.loss(&[x, y + h]) - carton.loss(&[x, y - h])) / (2.0 * h);
        prop_assert!((slopes[0] - along_x).abs() < 1e-7 && (slopes[1] - along_y).abs() < 1e-7);
    }
}
