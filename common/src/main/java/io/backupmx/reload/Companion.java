package io.backupmx.reload;

import java.util.List;

/** Something else that is read anew: when the tables are, and by itself when its files change. Called by one thread at a time. */
public interface Companion {

    /** Reads it now; what is wrong, one line each. Then the old one stays in use. */
    List<String> reload();

    /** Reads it when it has changed, and nobody writes it any more. */
    void look();

    /** Reads it when that failed before, though nothing has changed. */
    void tryAgain();
}
