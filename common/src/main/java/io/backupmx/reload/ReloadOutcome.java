package io.backupmx.reload;

import io.backupmx.route.Shrinkage;
import io.backupmx.route.TableChanges;
import java.util.List;

/** What became of reading the relay tables anew. */
public sealed interface ReloadOutcome {

    /**
     * They are in use, or would be: when they were only looked at.
     *
     * @param changes empty: all is as it was
     * @param confirmed what shrank, and an operator has confirmed it
     * @param needRestart keys of the configuration that differ and are no tables
     */
    record Loaded(TableChanges changes, List<Shrinkage> confirmed, List<String> needRestart, List<String> warnings)
            implements ReloadOutcome {

        public Loaded {
            confirmed = List.copyOf(confirmed);
            needRestart = List.copyOf(needRestart);
            warnings = List.copyOf(warnings);
        }
    }

    /** So much would be gone that an operator has to confirm it; the tables are the old ones. */
    record Refused(TableChanges changes, List<Shrinkage> shrinkages) implements ReloadOutcome {

        public Refused {
            shrinkages = List.copyOf(shrinkages);
        }
    }

    /** They cannot be used; the tables are the old ones. */
    record Failed(List<String> problems) implements ReloadOutcome {

        public Failed {
            problems = List.copyOf(problems);
        }
    }
}
