/** Who is told what became of a mail, and that it is: rules, authenticity of senders, limits, and the queues of reports. */
@NullMarked
package io.backupmx.worker.report;

import org.jspecify.annotations.NullMarked;
