//! `goldilocks script`: job files for the schedulers of clusters.

use std::path::PathBuf;

use super::load::SpecArgs;
use super::{Failure, terminal};
use crate::report::job::{self, Limits, Pod, Sweep};

/// Print the job files that train a spec in shards on a cluster, and merge them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  goldilocks script slurm study.toml --shards 40 --cpus 4 --time 2:00:00 > study.sh && bash study.sh
  goldilocks script kubernetes study.toml --shards 40 --image registry/goldilocks --claim sweeps | kubectl apply -f -
  goldilocks script hyperqueue study.toml --shards 40 | bash

Nothing is submitted by this command. All shards write into one folder, on a file system that they share;
docs/cluster.md tells the whole way.")]
pub(super) struct Args {
    #[command(subcommand)]
    scheduler: Scheduler,
}

#[derive(Debug, clap::Subcommand)]
enum Scheduler {
    /// An array of shards and a merge after it, for sbatch
    Slurm {
        #[command(flatten)]
        sweep: SweepArgs,
        /// The longest a shard may take, for example 2:00:00
        #[arg(long)]
        time: Option<String>,
        /// Memory per shard, for example 4G
        #[arg(long)]
        memory: Option<String>,
        /// The partition to run in
        #[arg(long)]
        partition: Option<String>,
        /// The account to charge
        #[arg(long)]
        account: Option<String>,
    },
    /// An indexed Job of shards, or with `--merge` the Job that joins them
    Kubernetes {
        #[command(flatten)]
        sweep: SweepArgs,
        /// The container image that holds the program
        #[arg(long)]
        image: String,
        /// The PersistentVolumeClaim on which spec and results lie
        #[arg(long)]
        claim: String,
        /// Where it is mounted; the paths of spec and results start there
        #[arg(long, default_value = "/work")]
        mount: String,
        /// Memory per shard, for example 4Gi
        #[arg(long)]
        memory: Option<String>,
        /// Print the Job that joins the shards
        #[arg(long)]
        merge: bool,
    },
    /// An array of shards, waited for, and their merge, for hq
    #[command(name = "hyperqueue")]
    HyperQueue {
        #[command(flatten)]
        sweep: SweepArgs,
    },
    /// An array of shards and a merge after it, for qsub
    #[command(name = "gridengine")]
    GridEngine {
        #[command(flatten)]
        sweep: SweepArgs,
        /// The parallel environment that counts processors of one machine
        #[arg(long, default_value = "smp")]
        environment: String,
    },
}

/// What every scheduler has to be told.
#[derive(Debug, clap::Args)]
struct SweepArgs {
    #[command(flatten)]
    spec: SpecArgs,

    /// How many shards
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    shards: u32,

    /// The folder for the results, shared by all shards [default: results/NAME]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Processors per shard
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    cpus: u32,

    /// The program on the nodes
    #[arg(long, value_name = "PATH", default_value = "goldilocks")]
    program: String,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let text = match &args.scheduler {
        Scheduler::Slurm { sweep, time, memory, partition, account } => {
            let [time, memory, partition, account] = [time, memory, partition, account].map(Clone::clone);
            job::slurm(&sweep.read()?, &Limits { time, memory, partition, account })
        }
        Scheduler::Kubernetes { sweep, image, claim, mount, memory, merge } => {
            let [image, claim, mount] = [image, claim, mount].map(Clone::clone);
            job::kubernetes(&sweep.read()?, &Pod { image, claim, mount, memory: memory.clone() }, *merge)
        }
        Scheduler::HyperQueue { sweep } => job::hyperqueue(&sweep.read()?),
        Scheduler::GridEngine { sweep, environment } => job::gridengine(&sweep.read()?, environment),
    };
    terminal::print(&text)?;
    Ok(0)
}

impl SweepArgs {
    /// Reads the spec, so that its mistakes come to light here and not on a hundred nodes.
    fn read(&self) -> Result<Sweep, Failure> {
        let (experiment, grid) = self.spec.expand()?;
        let (runs, shards) = (grid.runs.len(), self.shards);
        if shards as usize > runs {
            let help = "help: with a shard per run or fewer, each has something to do";
            return Err(Failure::bad_input(format!(
                "{shards} shards are more than the {runs} runs of the spec\n{help}"
            )));
        }
        let out = self.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&experiment.name));
        let as_text = |path: &PathBuf| {
            let text = path.to_str().filter(|text| !text.chars().any(char::is_control)).map(str::to_owned);
            let bad =
                || format!("a job file cannot hold the path {}\nhelp: rename it to plain letters", path.display());
            text.ok_or_else(|| Failure::bad_input(bad()))
        };
        Ok(Sweep {
            name: experiment.name.clone(),
            program: as_text(&PathBuf::from(&self.program))?,
            spec: as_text(&self.spec.path)?,
            overrides: self.spec.overrides.clone(),
            out: as_text(&out)?,
            shards,
            cpus: self.cpus,
        })
    }
}
