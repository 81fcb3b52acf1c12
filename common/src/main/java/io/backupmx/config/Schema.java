package io.backupmx.config;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The keys that exist, read off the records: what a source may say at each place. */
sealed interface Schema {

    /** The whole file. */
    Section ROOT = (Section) of(ConfigJson.MAPPER.constructType(Config.class));

    /** A record: its keys in snake case, in the record's order. */
    record Section(Class<?> type, Map<String, Schema> keys) implements Schema {

        /** The key that {@code wrong} most likely meant. */
        Optional<String> nearest(String wrong) {
            LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
            return keys.keySet().stream()
                    .filter(key -> distance.apply(wrong, key) <= Math.max(2, key.length() / 3))
                    .min((a, b) -> Integer.compare(distance.apply(wrong, a), distance.apply(wrong, b)));
        }

        /** What to say of a key that is none of this section's. */
        String unknown(String wrong) {
            return "unknown key; "
                    + nearest(wrong)
                            .map(near -> "did you mean " + near + "?")
                            .orElse("the keys here are " + String.join(", ", keys.keySet()));
        }
    }

    /** A map whose keys are the operator's: domain → its section. */
    record Entries(Section each) implements Schema {}

    /** A leaf. */
    record Value(JavaType type) implements Schema {

        /** The type itself, without {@link Optional}. */
        JavaType inner() {
            return isOptional() ? type.getContentType() : type;
        }

        boolean isOptional() {
            return type.hasRawClass(Optional.class);
        }

        boolean isList() {
            return Collection.class.isAssignableFrom(inner().getRawClass());
        }

        /** What a list holds. */
        Value item() {
            return new Value(inner().getContentType());
        }

        boolean isPath() {
            return inner().hasRawClass(Path.class);
        }
    }

    private static Schema of(JavaType type) {
        if (type.isMapLikeType()) {
            return new Entries((Section) of(type.getContentType()));
        }
        if (type.hasRawClass(Optional.class)
                && type.getContentType().getRawClass().isRecord()) {
            return of(type.getContentType()); // a section that may be absent
        }
        if (!type.getRawClass().isRecord()) {
            return new Value(type);
        }
        Map<String, Schema> keys = new LinkedHashMap<>();
        for (RecordComponent component : List.of(type.getRawClass().getRecordComponents())) {
            keys.put(
                    SnakeCaseStrategy.INSTANCE.translate(component.getName()),
                    of(ConfigJson.MAPPER.constructType(component.getGenericType())));
        }
        return new Section(type.getRawClass(), Collections.unmodifiableMap(keys));
    }
}
