//! The replay: which worker runs what, event by event.

use std::cmp::Reverse;
use std::collections::VecDeque;

use super::machine::Worker;

/// How tasks reach workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// As soon as they are ready: a worker goes on with what it made ready, others steal.
    Stealing,
    /// Wave by wave, with a barrier between waves.
    ForkJoin,
}

/// Of the shares of a socket's bandwidth; they settle after about ten.
const MOST_ITERATIONS: usize = 100;

/// A run to replay. Times are nanoseconds.
pub(super) struct Replay<'a> {
    /// By task, earlier tasks.
    pub(super) predecessors: &'a [Vec<usize>],
    /// By task: what executors know of its time.
    pub(super) estimates: &'a [u64],
    /// By task: computing on a worker of speed 1, with what scheduling it costs.
    pub(super) compute_ns: &'a [f64],
    /// By task: to and from memory.
    pub(super) bytes: &'a [f64],
    /// By task: bytes that it reads, and the earlier task that wrote them.
    pub(super) sources: &'a [Vec<(usize, f64)>],
    /// How much longer a byte takes that a task of another worker wrote.
    pub(super) transfer_ns_per_byte: f64,
    pub(super) workers: &'a [Worker],
    pub(super) bandwidth: Bandwidth,
    pub(super) wake_ns: f64,
    pub(super) policy: Policy,
}

/// Bytes a nanosecond.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bandwidth {
    pub(super) core: f64,
    /// Of all cores of a socket; infinite where they do not share it.
    pub(super) socket: f64,
}

impl Bandwidth {
    /// How long each of some tasks on a socket takes for a byte. Tasks are (compute, bytes).
    ///
    /// A task asks for memory for a part p of its time, the others for theirs, independently. With k others each has its
    /// share of the socket, if that is less than what a core has; a byte takes the mean of that over k. p follows from it,
    /// so both are found together, by iteration: mean value analysis of a closed network with one station (Reiser and
    /// Lavenberg, 1980), in Bard's and Schweitzer's manner.
    pub(super) fn ns_per_byte(self, tasks: &[(f64, f64)]) -> Vec<f64> {
        let alone = self.core.recip();
        let mut times = vec![alone; tasks.len()];
        if tasks.len() as f64 * self.core <= self.socket {
            return times;
        }
        for _ in 0..MOST_ITERATIONS {
            let part = |(&(compute, bytes), &time): (&(f64, f64), &f64)| {
                if bytes > 0.0 { bytes * time / (compute + bytes * time) } else { 0.0 }
            };
            let parts: Vec<f64> = tasks.iter().zip(&times).map(part).collect();
            let all = parts.iter().fold(vec![1.0], |numbers, &part| with(&numbers, part));
            let mut change = 0.0_f64;
            for (time, &part) in times.iter_mut().zip(&parts) {
                let shares = without(&all, part).into_iter().zip(1_u32..);
                let next = shares.map(|(chance, k)| chance * alone.max(f64::from(k) / self.socket)).sum::<f64>();
                change = change.max((next / *time - 1.0).abs());
                *time = next;
            }
            if change < 1e-9 {
                break;
            }
        }
        times
    }
}

/// The chances of 0, 1, 2, ... among some tasks and one more, which is among them with chance `part`.
fn with(numbers: &[f64], part: f64) -> Vec<f64> {
    let mut more = vec![0.0; numbers.len() + 1];
    for (k, chance) in numbers.iter().enumerate() {
        more[k] += chance * (1.0 - part);
        more[k + 1] += chance * part;
    }
    more
}

/// The inverse of [`with`]; from the end at which errors do not grow.
fn without(numbers: &[f64], part: f64) -> Vec<f64> {
    let mut fewer = vec![0.0; numbers.len() - 1];
    let mut last = 0.0;
    if part <= 0.5 {
        for (k, chance) in fewer.iter_mut().enumerate() {
            last = (numbers[k] - part * last) / (1.0 - part);
            *chance = last;
        }
    } else {
        for (k, chance) in fewer.iter_mut().enumerate().rev() {
            last = (numbers[k + 1] - (1.0 - part) * last) / part;
            *chance = last;
        }
    }
    fewer
}

#[derive(Clone, Copy)]
enum State {
    Asleep,
    /// Comes at that time to look for a task.
    Waking(f64),
    /// At a task, of which a part in (0, 1] is left; all of it takes `duration` at the present speeds. `transfer` is the part
    /// of that in which it waits for what other workers wrote.
    Running {
        task: usize,
        left: f64,
        transfer: f64,
        duration: f64,
    },
}

struct Run<'a> {
    replay: &'a Replay<'a>,
    now: f64,
    states: Vec<State>,
    /// Sockets on which a task has started or ended since speeds were found.
    stale: Vec<bool>,
    /// By task: the worker that it was started on.
    ran_on: Vec<usize>,
}

impl Replay<'_> {
    /// From the start to the end of the last task.
    pub(super) fn makespan_ns(&self) -> f64 {
        let sockets = self.workers.iter().map(|worker| worker.socket + 1).max().unwrap_or(0);
        let run = Run {
            replay: self,
            now: 0.0,
            states: vec![State::Asleep; self.workers.len()],
            stale: vec![true; sockets],
            ran_on: vec![0; self.predecessors.len()],
        };
        match self.policy {
            Policy::Stealing => run.stealing(),
            Policy::ForkJoin => run.fork_join(),
        }
    }

    /// By task, the longest way from its start to the end of the run, by the estimates.
    fn urgencies(&self) -> Vec<u64> {
        let mut after = vec![0_u64; self.estimates.len()];
        for task in (0..self.estimates.len()).rev() {
            let way = after[task].saturating_add(self.estimates[task]);
            after[task] = way;
            for &predecessor in &self.predecessors[task] {
                after[predecessor] = after[predecessor].max(way);
            }
        }
        after
    }

    /// The tasks by depth, the most costly of a wave first.
    fn waves(&self) -> Vec<Vec<usize>> {
        let mut depths: Vec<usize> = Vec::with_capacity(self.predecessors.len());
        let mut waves: Vec<Vec<usize>> = Vec::new();
        for (task, predecessors) in self.predecessors.iter().enumerate() {
            let depth = predecessors.iter().map(|&task| depths[task] + 1).max().unwrap_or(0);
            depths.push(depth);
            waves.resize_with(waves.len().max(depth + 1), Vec::new);
            waves[depth].push(task);
        }
        waves.iter_mut().for_each(|wave| wave.sort_by_key(|&task| Reverse(self.estimates[task])));
        waves
    }
}

impl Run<'_> {
    fn stealing(mut self) -> f64 {
        let replay = self.replay;
        let urgencies = replay.urgencies();
        // The most urgent last; of equally urgent ones the first in program order.
        let sort = |ready: &mut [usize]| ready.sort_unstable_by_key(|&task| (Reverse(urgencies[task]), task));
        let mut successors = vec![Vec::new(); urgencies.len()];
        for (task, predecessors) in replay.predecessors.iter().enumerate() {
            predecessors.iter().for_each(|&predecessor| successors[predecessor].push(task));
        }
        let mut missing: Vec<usize> = replay.predecessors.iter().map(Vec::len).collect();
        let mut queues = vec![VecDeque::new(); self.states.len()];
        // What is ready from the start is dealt out, the most urgent tasks first.
        let mut ready: Vec<usize> = (0..urgencies.len()).filter(|&task| missing[task] == 0).collect();
        sort(&mut ready);
        for (number, &task) in ready.iter().enumerate() {
            queues[number % self.states.len()].push_back(task);
        }
        self.go_on(0, None, &mut queues);
        loop {
            self.wake_for(queues.iter().map(VecDeque::len).sum());
            let Some((worker, ended)) = self.advance() else { return self.now };
            ready.clear();
            for &successor in ended.iter().flat_map(|&task| &successors[task]) {
                missing[successor] -= 1;
                if missing[successor] == 0 {
                    ready.push(successor);
                }
            }
            sort(&mut ready);
            let next = ready.first().copied();
            queues[worker].extend(ready.iter().skip(1));
            self.go_on(worker, next, &mut queues);
        }
    }

    /// Gives a worker the task that it is to go on with, else the oldest of its own, else the oldest of the next worker
    /// that has one, else sleep.
    fn go_on(&mut self, worker: usize, next: Option<usize>, queues: &mut [VecDeque<usize>]) {
        let count = queues.len();
        let steal =
            |queues: &mut [VecDeque<usize>]| (1..count).find_map(|step| queues[(worker + step) % count].pop_front());
        match next.or_else(|| queues[worker].pop_front()).or_else(|| steal(queues)) {
            Some(task) => self.start(worker, task),
            None => self.states[worker] = State::Asleep,
        }
    }

    /// Wakes as many sleepers as there are tasks that nobody comes for.
    fn wake_for(&mut self, ready: usize) {
        let coming = self.states.iter().filter(|state| matches!(state, State::Waking(_))).count();
        let at = self.now + self.replay.wake_ns;
        let sleepers = self.states.iter_mut().filter(|state| matches!(state, State::Asleep));
        sleepers.take(ready.saturating_sub(coming)).for_each(|state| *state = State::Waking(at));
    }

    fn fork_join(mut self) -> f64 {
        for wave in self.replay.waves() {
            let mut tasks = wave.iter().copied();
            if wave.len() > 1 {
                let at = self.now + self.replay.wake_ns;
                self.states.iter_mut().for_each(|state| *state = State::Waking(at));
            } else if let Some(task) = tasks.next() {
                self.start(0, task);
            }
            while let Some((worker, _)) = self.advance() {
                match tasks.next() {
                    Some(task) => self.start(worker, task),
                    None => self.states[worker] = State::Asleep,
                }
            }
        }
        self.now
    }

    fn start(&mut self, worker: usize, task: usize) {
        self.ran_on[task] = worker;
        let others = self.replay.sources[task].iter().filter(|&&(source, _)| self.ran_on[source] != worker);
        let transfer = others.map(|(_, bytes)| bytes).sum::<f64>() * self.replay.transfer_ns_per_byte;
        // The duration is found before time goes on.
        self.states[worker] = State::Running { task, left: 1.0, transfer, duration: 0.0 };
        self.stale[self.replay.workers[worker].socket] = true;
    }

    /// Goes to the next event: the worker that it happens to, and the task that it ended, if it did. `None` if everybody
    /// sleeps.
    fn advance(&mut self) -> Option<(usize, Option<usize>)> {
        self.find_speeds();
        let wait = |state: &State| match *state {
            State::Asleep => None,
            State::Waking(at) => Some(at - self.now),
            State::Running { left, duration, .. } => Some(left * duration),
        };
        let waits = self.states.iter().enumerate().filter_map(|(worker, state)| Some((worker, wait(state)?)));
        let (worker, wait) = waits.min_by(|a, b| a.1.total_cmp(&b.1))?;
        let passed = wait.max(0.0);
        self.now += passed;
        for state in &mut self.states {
            if let State::Running { left, duration, .. } = state {
                *left = if *duration > 0.0 { (*left - passed / *duration).max(0.0) } else { 0.0 };
            }
        }
        let ended = match self.states[worker] {
            State::Running { task, .. } => {
                self.stale[self.replay.workers[worker].socket] = true;
                Some(task)
            }
            _ => None,
        };
        self.states[worker] = State::Asleep;
        Some((worker, ended))
    }

    /// Finds how long the running tasks take on the sockets where one has started or ended.
    fn find_speeds(&mut self) {
        let Replay { workers, compute_ns, bytes, bandwidth, .. } = self.replay;
        let parts =
            |worker: &Worker, task: usize, transfer: f64| (compute_ns[task] / worker.speed + transfer, bytes[task]);
        for (socket, stale) in self.stale.iter_mut().enumerate().filter(|(_, stale)| **stale) {
            *stale = false;
            let here = || workers.iter().zip(&self.states).filter(|(worker, _)| worker.socket == socket);
            let running = here().filter_map(|(worker, state)| match *state {
                State::Running { task, transfer, .. } => Some(parts(worker, task, transfer)),
                _ => None,
            });
            let mut times = bandwidth.ns_per_byte(&running.collect::<Vec<_>>()).into_iter();
            for (worker, state) in workers.iter().zip(&mut self.states) {
                if let State::Running { task, transfer, duration, .. } = state
                    && worker.socket == socket
                {
                    let (compute, bytes) = parts(worker, *task, *transfer);
                    *duration = compute + bytes * times.next().unwrap_or_default();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Bandwidth = Bandwidth { core: 10.0, socket: 16.0 };

    /// Tasks are (compute, bytes, predecessors); estimates are the compute parts.
    fn makespan(tasks: &[(f64, f64, &[usize])], threads: usize, wake_ns: f64, policy: Policy) -> f64 {
        makespan_with(tasks, 0.0, threads, wake_ns, policy)
    }

    /// Each task reads 10 bytes of every predecessor.
    fn makespan_with(
        tasks: &[(f64, f64, &[usize])],
        transfer_ns_per_byte: f64,
        threads: usize,
        wake_ns: f64,
        policy: Policy,
    ) -> f64 {
        let sources: Vec<Vec<(usize, f64)>> =
            tasks.iter().map(|task| task.2.iter().map(|&source| (source, 10.0)).collect()).collect();
        let predecessors: Vec<Vec<usize>> = tasks.iter().map(|task| task.2.to_vec()).collect();
        let compute_ns: Vec<f64> = tasks.iter().map(|task| task.0).collect();
        let bytes: Vec<f64> = tasks.iter().map(|task| task.1).collect();
        let estimates: Vec<u64> = compute_ns.iter().map(|&ns| format!("{ns:.0}").parse().unwrap()).collect();
        let replay = Replay {
            predecessors: &predecessors,
            estimates: &estimates,
            compute_ns: &compute_ns,
            bytes: &bytes,
            sources: &sources,
            transfer_ns_per_byte,
            workers: &vec![Worker { socket: 0, speed: 1.0 }; threads],
            bandwidth: FREE,
            wake_ns,
            policy,
        };
        replay.makespan_ns()
    }

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
    }

    const BOTH: [Policy; 2] = [Policy::Stealing, Policy::ForkJoin];

    #[test]
    fn a_chain_takes_its_length_and_wakes_nobody() {
        let tasks: [(f64, f64, &[usize]); 3] = [(10.0, 0.0, &[]), (20.0, 50.0, &[0]), (30.0, 0.0, &[1])];
        for policy in BOTH {
            for threads in [1, 2, 8] {
                close(makespan(&tasks, threads, 7.0, policy), 65.0);
            }
        }
    }

    #[test]
    fn a_fan_is_shared_out_and_sleepers_come_late() {
        // 10, then four of 20, then 10.
        let tasks: [(f64, f64, &[usize]); 6] = [
            (10.0, 0.0, &[]),
            (20.0, 0.0, &[0]),
            (20.0, 0.0, &[0]),
            (20.0, 0.0, &[0]),
            (20.0, 0.0, &[0]),
            (10.0, 0.0, &[1, 2, 3, 4]),
        ];
        for policy in BOTH {
            close(makespan(&tasks, 1, 0.0, policy), 100.0);
            close(makespan(&tasks, 2, 0.0, policy), 60.0);
            close(makespan(&tasks, 3, 0.0, policy), 60.0);
            close(makespan(&tasks, 4, 0.0, policy), 40.0);
        }
        // The second worker comes at 13, ends at 33 and 53; the first ends at 30 and 50.
        close(makespan(&tasks, 2, 3.0, Policy::Stealing), 63.0);
        // Both come at 13.
        close(makespan(&tasks, 2, 3.0, Policy::ForkJoin), 63.0);
    }

    #[test]
    fn the_longest_way_goes_first_and_barriers_cost() {
        // A chain of 30 and 30 beside two of 20: 0 30 60, 20 40.
        let tasks: [(f64, f64, &[usize]); 4] =
            [(20.0, 0.0, &[]), (20.0, 0.0, &[]), (30.0, 0.0, &[]), (30.0, 0.0, &[2])];
        close(makespan(&tasks, 2, 0.0, Policy::Stealing), 60.0);
        // The first wave: 30 beside 20 and 20; the second: 30.
        close(makespan(&tasks, 2, 0.0, Policy::ForkJoin), 70.0);
    }

    #[test]
    fn two_tasks_share_the_bandwidth() {
        // Alone each takes 100 / 10; together they move 16 bytes a nanosecond.
        close(makespan(&[(0.0, 100.0, &[]), (0.0, 100.0, &[])], 2, 0.0, Policy::Stealing), 200.0 / 16.0);
        // The first moves 8 a nanosecond until the second, of 40 bytes, ends at 5; then 10: 60 bytes in 6.
        close(makespan(&[(0.0, 100.0, &[]), (0.0, 40.0, &[])], 2, 0.0, Policy::Stealing), 11.0);
        // 10 of computing and 50 bytes: at the memory for a part p of the time, a byte takes 0.1 + p (2 / 16 - 0.1).
        let latency = makespan(&[(10.0, 50.0, &[]), (10.0, 50.0, &[])], 2, 0.0, Policy::Stealing);
        let p = 1.0 - 10.0 / latency;
        close(latency, 10.0 + 50.0 * (0.1 + 0.025 * p));
        assert!(p > 1.0 / 3.0);
    }

    #[test]
    fn what_a_byte_takes_follows_from_who_else_asks() {
        assert_eq!(FREE.ns_per_byte(&[]), [0.0; 0]);
        assert_eq!(FREE.ns_per_byte(&[(5.0, 10.0)]), [0.1]);
        let only_bytes = FREE.ns_per_byte(&[(0.0, 1.0), (0.0, 7.0), (3.0, 0.0)]);
        only_bytes[..2].iter().for_each(|&time| close(time, 2.0 / 16.0));
        let mixed = [(1.0, 100.0), (4.0, 100.0), (0.0, 30.0), (50.0, 10.0)];
        let times = FREE.ns_per_byte(&mixed);
        let parts: Vec<f64> =
            mixed.iter().zip(&times).map(|((compute, bytes), time)| bytes * time / (compute + bytes * time)).collect();
        // By hand, over all sets of the others.
        for (index, &time) in times.iter().enumerate() {
            let others: Vec<f64> =
                parts.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, &p)| p).collect();
            let mut mean = 0.0;
            for set in 0_u32..8 {
                let chance = others.iter().enumerate().map(|(k, p)| if set >> k & 1 == 1 { *p } else { 1.0 - p });
                mean += chance.product::<f64>() * (f64::from(set.count_ones() + 1) / 16.0).max(0.1);
            }
            close(time, mean);
        }
        let moved: f64 =
            mixed.iter().zip(&times).map(|((compute, bytes), time)| bytes / (compute + bytes * time)).sum();
        assert!(moved > 10.0 && moved < 16.0, "{moved}");
    }

    #[test]
    fn what_other_workers_wrote_takes_longer() {
        // 10, then two of 20, then 10: one of the two is not where the first was, and the last is with one of them.
        let tasks: [(f64, f64, &[usize]); 4] =
            [(10.0, 0.0, &[]), (20.0, 0.0, &[0]), (20.0, 0.0, &[0]), (10.0, 0.0, &[1, 2])];
        for policy in BOTH {
            close(makespan_with(&tasks, 0.5, 1, 0.0, policy), 60.0);
            close(makespan_with(&tasks, 0.5, 2, 0.0, policy), 10.0 + 25.0 + 15.0);
        }
    }

    #[test]
    fn tasks_of_no_time_end() {
        let tasks: [(f64, f64, &[usize]); 3] = [(0.0, 0.0, &[]), (0.0, 0.0, &[]), (0.0, 0.0, &[0, 1])];
        for policy in BOTH {
            close(makespan(&tasks, 2, 0.0, policy), 0.0);
        }
    }
}
