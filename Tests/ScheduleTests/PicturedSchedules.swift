// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import ScheduleExplorer

    /// What the documentation shows.
    let picturedSchedules = picturedEnds + picturedAssigns + picturedSignals + picturedWorks + picturedWaits + picturedFiles

    private let picturedEnds = [
        PicturedSchedule(
            "close-against-release",
            in: "KVMIrqfd",
            of: "close against release",
            """
            The file hangs up while the set releases its irqfds. Both come to irqfds.lock; the release is first, so the hang-up finds the irqfd inactive. \
            The shutdown cannot unhook before the hang-up has given the wait queue's lock up.
            """,
            [
                "close": "lock eventfd 1's wqh",
                "release": "deactivate irqfd 1",
                "kvm-irqfd-cleanup": "run irqfd 1's shutdown",
                "close": "find it inactive",
                "kvm-irqfd-cleanup": "unhook irqfd 1's entry",
                "kvm-irqfd-cleanup": "free irqfd 1",
                "release": "flushed the queue",
            ]
        ),
        PicturedSchedule(
            "hang-up-against-deassign",
            in: "KVMIrqfd",
            of: "close against deassign",
            """
            The deassign holds the file while it is closed, and so it is the deassign that hangs up, after it has deactivated the irqfd. It waits for the shutdown \
            before it returns.
            """,
            [
                "deassign": "deactivate irqfd 1",
                "deassign": "hang up eventfd 1",
                "deassign": "find it inactive",
                "kvm-irqfd-cleanup": "unhook irqfd 1's entry",
                "kvm-irqfd-cleanup": "free irqfd 1",
                "deassign": "flushed the queue",
            ]
        ),
        PicturedSchedule(
            "deassign-against-deassign",
            in: "KVMIrqfd",
            of: "deassign against deassign",
            "One of two finds the irqfd active and deactivates it; the other finds nothing, and waits for the shutdown all the same.",
            [
                "deassign": "deactivate irqfd 1",
                "deassign too": "flush the queue",
                "kvm-irqfd-cleanup": "free irqfd 1",
                "deassign too": "flushed the queue",
            ]
        ),
    ]

    private let picturedAssigns = [
        PicturedSchedule(
            "assign-against-a-pending-event",
            in: "KVMIrqfd",
            of: "deassign against assign",
            """
            The eventfd had an event before it was assigned. The irqfd is listed and its injection queued in one section of irqfds.lock: the deassign comes before \
            both or after both, and its shutdown waits for the injection.
            """,
            [
                "assign": "poll: there is input on",
                "assign": "activate irqfd 1",
                "assign": "queue irqfd 1's inject",
                "deassign": "deactivate irqfd 1",
                "kvm-irqfd-cleanup": "flush irqfd 1's inject",
                "injector": "interrupt GSI 1",
                "kvm-irqfd-cleanup": "free irqfd 1",
            ]
        ),
        PicturedSchedule(
            "release-against-assign",
            in: "KVMIrqfd",
            of: "release against assign",
            """
            The set is released while an assign is half done. The release waits for the assign, which finds the set released, and hands its irqfd to the cleanup queue.
            """,
            [
                "assign": "hook irqfd 1's entry",
                "release": "lock irqfds 1 ⇒ released; nothing is listed",
                "release": "sleeps",
                "assign": "queue irqfd 1's shutdown",
                "kvm-irqfd-cleanup": "free irqfd 1",
                "release": "flushed the queue",
            ]
        ),
        PicturedSchedule(
            "close-against-assign",
            in: "KVMIrqfd",
            of: "close against assign",
            "The file is closed while it is assigned. The assign holds it: the hang-up comes when the irqfd is hooked and listed, and ends it.",
            [
                "assign": "hook irqfd 1's entry",
                "assign": "activate irqfd 1",
                "assign": "hang up eventfd 1",
                "assign": "deactivate irqfd 1",
                "kvm-irqfd-cleanup": "free irqfd 1",
            ]
        ),
    ]

    private let picturedSignals = [
        PicturedSchedule(
            "signal-against-deassign",
            in: "KVMIrqfd",
            of: "signal against deassign",
            """
            A signal comes while the irqfd is being shut down. The shutdown cannot unhook before the signal has given the wait queue's lock up; then it waits for the injection that \
            the signal has queued, and only then frees. A later signal adds to the counter, and no more.
            """,
            [
                "deassign": "deactivate irqfd 1",
                "signal": "signal eventfd 1",
                "kvm-irqfd-cleanup": "run irqfd 1's shutdown",
                "signal": "queue irqfd 1's inject",
                "signal": "unlock eventfd 1's wqh",
                "kvm-irqfd-cleanup": "unhook irqfd 1's entry",
                "kvm-irqfd-cleanup": "flush irqfd 1's inject",
                "kvm-irqfd-cleanup": "sleeps",
                "injector": "interrupt GSI 1",
                "kvm-irqfd-cleanup": "free irqfd 1",
                "deassign": "flushed the queue",
                "signal": "signal eventfd 1 ⇒ signal eventfd: nobody listens",
            ]
        ),
        PicturedSchedule(
            "signal-against-close",
            in: "KVMIrqfd",
            of: "signal against close",
            "The file is closed between two signals of a device, which has a reference. The second one adds to the counter, and nobody is there to hear it.",
            [
                "signal": "queue irqfd 1's inject",
                "close": "hang up eventfd 1",
                "close": "deactivate irqfd 1",
                "kvm-irqfd-cleanup": "unhook irqfd 1's entry",
                "signal": "signal eventfd 1 ⇒ signal eventfd: nobody listens",
                "injector": "interrupt GSI 1",
                "kvm-irqfd-cleanup": "free irqfd 1",
            ]
        ),
        PicturedSchedule(
            "signal-against-assign",
            in: "KVMIrqfd",
            of: "signal against assign",
            """
            To hook and to look at the counter are one section of the wait queue's lock. The signal comes after it: it is heard, \
            though the irqfd is not listed yet.
            """,
            [
                "assign": "hook irqfd 1's entry",
                "assign": "poll: there is no input on",
                "signal": "queue irqfd 1's inject",
                "assign": "activate irqfd 1",
                "injector": "interrupt GSI 1",
            ]
        ),
    ]

    private let picturedWorks = [
        PicturedSchedule(
            "event-against-the-worker",
            in: "Workqueue",
            of: "enqueue against flush",
            """
            The pending bit goes before the function is called. An event that comes while it runs queues the item once more, and the next run reads it: that is the one \
            for which the flush waits.
            """,
            [
                "enqueue": "queue work 1",
                "wq": "run work 1",
                "wq": "reads event 1",
                "enqueue": "stores event 2",
                "enqueue": "queue work 1",
                "flush": "sleeps",
                "wq": "run work 1",
                "wq": "reads event 2",
                "flush": "flushed: work 1",
            ]
        ),
        PicturedSchedule(
            "flush-against-requeue",
            in: "Workqueue",
            of: "flush of an item that runs on one queue, against cancel on another",
            """
            The item runs on one queue, and is queued on another. A flush waits for the run first. Meanwhile what was queued is cancelled: \
            when the run ends, there is nothing more to wait for.
            """,
            [
                "flush": "wait for the end of the run on",
                "let go, and cancel": "cancel work 1",
                "one": "end of the run on",
                "flush": "flushed: work 1",
            ]
        ),
        PicturedSchedule(
            "cancel-against-flush-of-the-queue",
            in: "Workqueue",
            of: "cancel of an item behind another, against flush of the queue",
            """
            A flush of the queue waits behind the last item. That item is cancelled, and queued again behind its back: who waited goes on when the item before it has run, \
            and does not wait for the new run.
            """,
            [
                "flush": "wait behind",
                "let go, cancel, and enqueue": "take back work 3",
                "let go, cancel, and enqueue": "queue work 3",
                "wq": "wake who waits",
                "flush": "flushed the queue",
                "wq": "run work 3",
            ]
        ),
    ]

    private let picturedWaits = [
        PicturedSchedule(
            "lost-wake-up",
            in: "WaitQueue",
            of: "wait against wake",
            """
            A waiter queues itself, and then looks once more. The event comes between its two looks: the wake finds it queued, and it does not sleep. Had it looked only once, \
            before it queued itself, it would sleep for ever.
            """,
            [
                "wait": "looks: events = 0",
                "wait": "lock queue ⇒ queues itself",
                "wake": "one more: events = 1",
                "wake": "call ⇒ call the waiter's entry",
                "wait": "looks: events = 1",
                "wait": "lock queue ⇒ leaves the queue",
            ]
        ),
        PicturedSchedule(
            "exclusive-turn",
            in: "WaitQueue",
            of: "two exclusive waiters against two wakes",
            """
            A waiter finds a token by itself, and is about to leave, when a second wake chooses it. It has not slept for that wake: it hands the turn on to the other one, \
            who would sleep on beside a token.
            """,
            [
                "wait": "looks: tokens = 0",
                "wait too": "sleeps",
                "wake": "one more",
                "wake": "call",
                "wake": "unlock queue",
                "wait": "lock queue ⇒ queues itself",
                "wait": "looks: tokens = 1, and takes one",
                "wait too": "looks: tokens = 0",
                "wait too": "sleeps",
                "wake": "one more",
                "wake": "call",
                "wake": "unlock queue",
                "wait": "lock queue ⇒ leaves, and hands the turn on",
                "wait too": "looks: tokens = 1, and takes one",
            ]
        ),
        PicturedSchedule(
            "remove-against-a-wake-function",
            in: "WaitQueue",
            of: "wake against remove",
            "A wake calls the entry's function under the queue's lock. The removal waits for that lock: when it returns, the function neither runs nor will.",
            [
                "wake": "call ⇒ call the entry's function",
                "wake": "call ⇒ call that of another entry",
                "remove": "remove ⇒ remove the entry",
                "remove": "unlock queue ⇒ what the function used may go",
            ]
        ),
    ]

    private let picturedFiles = [
        PicturedSchedule(
            "signal-against-put",
            in: "EventFD",
            of: "close against signal through a context reference",
            "The file is closed while a device signals through a reference of its own. The file's reference goes with the hang-up; the context goes on for the device.",
            [
                "signal": "get eventfd 1",
                "close": "hang up eventfd 1",
                "close": "put eventfd 1",
                "signal": "signal eventfd 1",
                "signal": "put eventfd 1",
            ]
        ),
        PicturedSchedule(
            "close-against-a-sleeping-read",
            in: "EventFD",
            of: "close against a read that sleeps",
            "A read has looked, and sleeps. The close wakes it, and the read finds the file closed: it holds the file last, and so it is the one that hangs up.",
            [
                "read": "read eventfd 1 ⇒ reads 1",
                "read": "lock eventfd 1's wqh ⇒ reads again: there is nothing",
                "read": "lock eventfd 1's wqh ⇒ queues itself",
                "read": "sleeps",
                "close": "close eventfd 1",
                "close": "lock eventfd 1's wqh ⇒ wakes who sleeps",
                "read": "lock eventfd 1's wqh ⇒ finds the file closed",
                "read": "hang up eventfd 1",
                "read": "put eventfd 1",
            ]
        ),
    ]
#endif
