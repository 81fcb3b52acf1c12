/** Which schedule a mail's recipients have, as the configuration and the tables say. */
@NullMarked
package io.backupmx.worker.schedule;

import org.jspecify.annotations.NullMarked;
