/** The admin API: what the command line and the console ask. */
@NullMarked
package io.backupmx.worker.admin;

import org.jspecify.annotations.NullMarked;
