/** Our own certificate: read, and judged before anybody relies on it. Plain Java. */
@NullMarked
package io.backupmx.tls;

import org.jspecify.annotations.NullMarked;
