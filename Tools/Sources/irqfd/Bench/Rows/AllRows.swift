// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    extension BenchRow {
        /// All rows, in the order of the table.
        static var all: [BenchRow] {
            var rows = SignalRows.all + WakeRows.all + [FileRows.writeRead] + WorkRows.queueing + HandOffRows.flushes + WorkRows.idle
            rows += [HandOffRows.injectHot, GuestRow.row] + IrqfdRows.all + [FileRows.createClose] + ContentionRows.all
            return rows
        }
    }
#endif
