/** The command line over the admin API, one command per route. */
@NullMarked
package io.backupmx.worker.cli;

import org.jspecify.annotations.NullMarked;
