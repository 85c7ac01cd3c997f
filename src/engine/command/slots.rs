//! [`Slots`]: shares of the machine, one for each process that runs at a time.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::problem::Resources;

/// Shares of the machine.
pub(super) struct Slots {
    free: Mutex<Vec<usize>>,
    returned: Condvar,
    gpus: Vec<u64>,
    threads: u64,
    /// The cores of each share, if processes are kept to them.
    cores: Vec<Vec<usize>>,
}

/// A share of the machine, for as long as it is held.
pub(super) struct Slot<'a> {
    slots: &'a Slots,
    number: usize,
}

/// What tells the usual numerical libraries how many threads to start; without it each process would start one per core.
const THREADS: [&str; 10] = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "JULIA_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "POLARS_MAX_THREADS",
];

/// Which graphics processors a program may see.
const VISIBLE_GPUS: &str = "CUDA_VISIBLE_DEVICES";

impl Slots {
    /// So many shares.
    pub(super) fn new(resources: &Resources, jobs: usize) -> Slots {
        let width = usize::try_from(resources.cpus_per_run).unwrap_or(usize::MAX);
        let cores = if resources.pin { cores() } else { Vec::new() };
        Slots {
            free: Mutex::new((0..jobs).rev().collect()),
            returned: Condvar::new(),
            gpus: resources.gpus.clone(),
            threads: resources.cpus_per_run,
            cores: cores.chunks(width.max(1)).map(<[usize]>::to_vec).collect(),
        }
    }

    /// Waits for a share, and takes it.
    pub(super) fn take(&self) -> Slot<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(number) = free.pop() {
                return Slot { slots: self, number };
            }
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Slot<'_> {
    /// What a process with this share finds in its environment, unless its user `has` set it.
    pub(super) fn environment(&self, has: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        let threads = self.slots.threads.to_string();
        let mut set: Vec<(String, String)> = THREADS.iter().map(|&name| (name.to_owned(), threads.clone())).collect();
        set.retain(|(name, _)| !has(name));
        if let Some(gpu) = self.slots.gpus.get(self.number) {
            set.push((VISIBLE_GPUS.to_owned(), gpu.to_string()));
        }
        set
    }

    /// Keeps this thread, and what it starts from now on, to the cores of this share; where the system can.
    pub(super) fn pin(&self) {
        let all = &self.slots.cores;
        if let Some(own) = all.get(self.number % all.len().max(1)) {
            keep_to(own);
        }
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.slots.free.lock().unwrap_or_else(PoisonError::into_inner).push(self.number);
        self.slots.returned.notify_one();
    }
}

/// The cores that this process may use.
fn cores() -> Vec<usize> {
    #[cfg(target_os = "linux")]
    if let Ok(set) = rustix::thread::sched_getaffinity(None) {
        return (0..rustix::thread::CpuSet::MAX_CPU).filter(|&core| set.is_set(core)).collect();
    }
    Vec::new()
}

#[cfg(target_os = "linux")]
fn keep_to(cores: &[usize]) {
    let mut set = rustix::thread::CpuSet::new();
    cores.iter().for_each(|&core| set.set(core));
    // A core that was taken away meanwhile is no reason not to run.
    let _ = rustix::thread::sched_setaffinity(None, &set);
}

#[cfg(not(target_os = "linux"))]
fn keep_to(_cores: &[usize]) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn resources(gpus: &[u64]) -> Resources {
        Resources { jobs: None, cpus_per_run: 2, pin: false, gpus: gpus.to_vec() }
    }

    #[test]
    fn every_share_has_a_graphics_processor_of_its_own_and_what_the_user_set_stays() {
        let slots = Slots::new(&resources(&[4, 7]), 2);
        let (first, second) = (slots.take(), slots.take());
        let gpu = |slot: &Slot<'_>| {
            let set = slot.environment(|name| name == "OMP_NUM_THREADS");
            assert!(!set.iter().any(|(name, _)| name == "OMP_NUM_THREADS"));
            assert!(set.contains(&("MKL_NUM_THREADS".into(), "2".into())));
            set.into_iter().find(|(name, _)| name == VISIBLE_GPUS).unwrap().1
        };
        assert_eq!([gpu(&first), gpu(&second)], ["4", "7"]);
        drop(first);
        assert_eq!(gpu(&slots.take()), "4");
    }

    #[test]
    fn so_many_run_at_once() {
        assert_eq!(resources(&[]).jobs(8), 4);
        assert_eq!(resources(&[]).jobs(1), 1);
        assert_eq!(resources(&[0, 1]).jobs(64), 2);
        let wanted = |jobs, gpus: &[u64]| Resources { jobs: Some(jobs), ..resources(gpus) }.jobs(8);
        assert_eq!((wanted(3, &[]), wanted(3, &[0, 1]), wanted(1, &[0, 1]), wanted(u64::MAX, &[])), (3, 2, 1, 1024));
    }
}
