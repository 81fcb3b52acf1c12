package io.backupmx.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Every value of one section that is out of its range: key in that section → what is wrong. */
final class RangeException extends IllegalArgumentException {

    private final transient Map<String, String> problems;

    RangeException(Map<String, String> problems) {
        super(problems.entrySet().stream()
                .map(problem -> problem.getKey() + ": " + problem.getValue())
                .collect(Collectors.joining("; ")));
        this.problems = Collections.unmodifiableMap(new LinkedHashMap<>(problems));
    }

    Map<String, String> problems() {
        return problems;
    }
}
