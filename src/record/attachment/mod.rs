//! [`Attachment`]: what only some families of problems have to show of a study; one file each, and one for
//! its tables.
//!
//! Owns the list of them; a new one is a file and a variant. Its reader is in `store/attachment/`, what it is made of in
//! `engine/attachment/`, its picture in `report/plot/`.

mod boundary;
mod boundary_table;
mod landscape;
mod landscape_table;

pub use boundary::{Boundary, BoundaryPoint, Plane};
pub(crate) use boundary_table::{BOUNDARY_COLUMNS, PARTS, POINT_COLUMNS};
pub use boundary_table::{write_boundary, write_points};
pub use landscape::LandscapePoint;
pub(crate) use landscape_table::LANDSCAPE_COLUMNS;
pub use landscape_table::write_landscape;

/// What only some families have to show of a study.
#[derive(Debug, Clone, PartialEq)]
pub enum Attachment {
    /// The loss along the parameter of a problem with one parameter, ascending in `w`; never empty.
    Landscape(Vec<LandscapePoint>),
    /// What networks make of the plane.
    Boundary(Boundary),
}

impl Attachment {
    /// Runs have other numbers: the one that was `old` has become `number[old]`.
    pub fn renumber(&mut self, number: &[usize]) {
        match self {
            Attachment::Landscape(_) => {}
            Attachment::Boundary(boundary) => boundary.renumber(number),
        }
    }

    /// The loss along the only parameter, if it is that.
    pub fn landscape(&self) -> Option<&[LandscapePoint]> {
        match self {
            Attachment::Landscape(points) => Some(points),
            Attachment::Boundary(_) => None,
        }
    }

    /// What networks make of the plane, if it is that.
    pub fn boundary(&self) -> Option<&Boundary> {
        match self {
            Attachment::Landscape(_) => None,
            Attachment::Boundary(boundary) => Some(boundary),
        }
    }
}
