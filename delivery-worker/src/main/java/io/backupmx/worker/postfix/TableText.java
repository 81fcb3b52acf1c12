package io.backupmx.worker.postfix;

import io.backupmx.route.FileProblems;
import io.backupmx.route.PostfixTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A table's entries, to see what it is about. What is wrong with it is told when the imported configuration is checked. */
final class TableText {

    static final TableText NONE = new TableText(Map.of());

    private final Map<String, String> entries;
    private final Set<String> parents = new HashSet<>();

    private TableText(Map<String, String> entries) {
        this.entries = Collections.unmodifiableMap(entries);
        entries.keySet().forEach(key -> {
            for (int dot = key.indexOf('.'); dot >= 0 && key.indexOf('@') < 0; dot = key.indexOf('.', dot + 1)) {
                parents.add(key.substring(dot + 1));
            }
        });
    }

    /** Key in lower case → value, in the order of the file. */
    Map<String, String> entries() {
        return entries;
    }

    static TableText read(Path file) {
        Map<String, String> entries = new LinkedHashMap<>();
        PostfixTable.forEach(
                file,
                new FileProblems("", file, new ArrayList<>()),
                entry -> entries.putIfAbsent(entry.key(), entry.value()));
        return new TableText(entries);
    }

    /** What transport(5) finds for {@code domain}, addresses aside. */
    Optional<String> transport(String domain) {
        return find(domain).or(() -> belowParents(domain));
    }

    /** Whether some subdomain of {@code domain} has a line to go by. */
    boolean hasTransportBelow(String domain) {
        return parents.contains(domain) || belowParents(domain).isPresent();
    }

    private Optional<String> belowParents(String domain) {
        for (int dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
            Optional<String> found = find(domain.substring(dot));
            if (found.isPresent()) {
                return found;
            }
        }
        return find("*");
    }

    private Optional<String> find(String key) {
        return Optional.ofNullable(entries.get(key));
    }
}
