@NullMarked
package io.backupmx.worker.cluster;

import org.jspecify.annotations.NullMarked;
