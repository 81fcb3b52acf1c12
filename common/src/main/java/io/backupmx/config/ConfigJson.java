package io.backupmx.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** How values are written: times with their units, sizes with or without, all else as its plain text. */
final class ConfigJson {

    static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new SimpleModule("values")
                    .addDeserializer(Duration.class, new FromText<>(Duration.class, Durations::parse))
                    .addDeserializer(Long.TYPE, new FromText<>(Long.TYPE, Sizes::parse))
                    .addDeserializer(Integer.TYPE, new FromText<>(Integer.TYPE, ConfigJson::wholeNumber))
                    .addDeserializer(Path.class, new FromText<>(Path.class, ConfigJson::path))
                    .addDeserializer(String.class, new FromText<>(String.class, Optional::of))
                    .addSerializer(Duration.class, new DurationText())
                    .addSerializer(Path.class, new ToStringSerializer(Path.class)))
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .build();

    private ConfigJson() {}

    private static Optional<Integer> wholeNumber(String text) {
        try {
            return Optional.of(Integer.valueOf(text.strip()));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    /** A value whose text one function understands. */
    private static final class FromText<T> extends StdScalarDeserializer<T> {

        private final transient Function<String, Optional<T>> parse;

        FromText(Class<T> type, Function<String, Optional<T>> parse) {
            super(type);
            this.parse = parse;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.currentToken().isScalarValue()) {
                throw context.wrongTokenException(parser, handledType(), parser.currentToken(), "not a single value");
            }
            String text = parser.getText();
            return parse.apply(text).orElseThrow(() -> new IOException("'" + text + "' is not understood"));
        }
    }

    private static final class DurationText extends StdScalarSerializer<Duration> {

        DurationText() {
            super(Duration.class);
        }

        @Override
        public void serialize(Duration value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(Durations.format(value));
        }
    }
}
