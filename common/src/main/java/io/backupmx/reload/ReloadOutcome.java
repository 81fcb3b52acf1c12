package io.backupmx.reload;

import io.backupmx.route.Digests;
import io.backupmx.route.Shrinkage;
import io.backupmx.route.TableChanges;
import java.security.MessageDigest;
import java.util.HexFormat;
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

    /**
     * So much would be gone that an operator has to confirm it; the tables are the old ones.
     *
     * @param confirmedAnother whether one has, but of something else than what would be gone now
     */
    record Refused(TableChanges changes, List<Shrinkage> shrinkages, boolean confirmedAnother)
            implements ReloadOutcome {

        private static final int CODE_OCTETS = 4;

        public Refused {
            shrinkages = List.copyOf(shrinkages);
        }

        /** By which it can be confirmed: another where something else would be gone. */
        public String code() {
            MessageDigest digest = Digests.sha256();
            shrinkages.stream().map(Shrinkage::toString).sorted().forEach(text -> Digests.addLine(text, digest));
            Digests.addLine(changes.addresses().removedDigest(), digest);
            return HexFormat.of().formatHex(digest.digest(), 0, CODE_OCTETS);
        }
    }

    /** They cannot be used; the tables are the old ones. */
    record Failed(List<String> problems) implements ReloadOutcome {

        public Failed {
            problems = List.copyOf(problems);
        }
    }
}
