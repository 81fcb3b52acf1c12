package io.backupmx.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 7671 and RFC 7672 §3, with digests as {@code openssl dgst} has them. */
final class DaneCheckTest {

    private static final List<String> NAMES = List.of("mx.example.test");

    // openssl x509 -in X.pem -outform DER | openssl dgst -sha256
    // openssl x509 -in X.pem -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256
    private static final Map<String, String> DATA = Map.ofEntries(
            Map.entry("expired key 256", "3659df3e171d9c7f49f7c70b6ae033101cd6998e23202fce2a8227c8f7459dbb"),
            Map.entry("leaf cert 256", "23d3de22cafa43691f71a0f32b230934b647218531ccd972e87c5acd6ed69237"),
            Map.entry(
                    "leaf cert 512",
                    "1bdf3479de0d170d7fc5b4d327cb98d4e9265ee066d514080dd4a70e78e553e02841c3f70b8800cfce37a02bce1cbbbe4c0eb7056a0ad2032321b350ef167a5b"),
            Map.entry(
                    "leaf cert full",
                    "308201af30820155a003020102020104300a06082a8648ce3d04030230163114301206035504030c0b54657374206d6964646c653020170d3230303130313030303030305a180f32313230303130313030303030305a300d310b300906035504030c026d783059301306072a8648ce3d020106082a8648ce3d0301070342000408e3947dc89c2cf7b55cad5f818e618d9e789e752b139bcc366037236fe791f730208c4a2d956578d1a0b2409cc976a6f8d6b8ee227133c66620ca916f1516f2a3819a30819730090603551d130402300030130603551d25040c300a06082b0601050507030130350603551d11042e302c820f6d782e6578616d706c652e7465737482132a2e77696c642e6578616d706c652e746573748704c0000201301d0603551d0e041604149b5f4fc5ffd81f6be74df149a701b89e2d049a96301f0603551d2304183016801415487cebdb80db4f27f3591d8c6370924893c70d300a06082a8648ce3d0403020348003045022100d5677795c58a769e8792859419466d51daf6c9ba31359aac29bbd6d1b4edc68b0220195e306dfd5a92b9024ca22a3979290dc6204e1bde1823658cf28c8e4b01b106"),
            Map.entry("leaf key 256", "e4cfe9ee3975e8391f6642cc836e10633683b6f175d9efe3d7057475455cb09f"),
            Map.entry(
                    "leaf key 512",
                    "a0594a4f804b614c203d1aae1afb63c3d6338ddafe2e7534d74b02392782ae6147fd200f832bf9b94e919d9959b3fd16cd9aa82b6067fbdc9026c3c18dbef4f9"),
            Map.entry(
                    "leaf key full",
                    "3059301306072a8648ce3d020106082a8648ce3d0301070342000408e3947dc89c2cf7b55cad5f818e618d9e789e752b139bcc366037236fe791f730208c4a2d956578d1a0b2409cc976a6f8d6b8ee227133c66620ca916f1516f2"),
            Map.entry("middle cert 256", "de61166c4fe1f5ce4405c2c718cd84f674ebcc3445adb1945ab4a8823d188363"),
            Map.entry("middle key 256", "434c39d57840953054db1c07bc8741afc775c95cf980f36f0137a84f184757fe"),
            Map.entry("other cert 256", "282e27d6ff6b1c0379053cd8228413ca8a0fe8a99fdaa28a881a169c39380a8c"),
            Map.entry(
                    "other cert full",
                    "3082015e30820103a003020102020102300a06082a8648ce3d04030230153113301106035504030c0a4f7468657220726f6f743020170d3230303130313030303030305a180f32313230303130313030303030305a30153113301106035504030c0a4f7468657220726f6f743059301306072a8648ce3d020106082a8648ce3d03010703420004f1c627dccca1b231ec8007418708dd7cece951f101b84c693da22800510ce2ec04c7c2b3315900eca8b03943a81778e15bdfd7e87d7e93ca1e826792e7de6d7aa3423040300f0603551d130101ff040530030101ff300e0603551d0f0101ff040403020204301d0603551d0e041604147b692765a65d45d92bf612a2deff3d83378885f1300a06082a8648ce3d0403020349003046022100bc911fc06b24176747cebfabf44f2b487d3d4a1515806271cc50db763076042c022100e49e20719b4f95864349e378102112613fdaa61a038d6c5cbed93ed5f05ab0df"),
            Map.entry("root cert 256", "d806496820de610d0c9b90d91280218ca9314a2d6c3e565eba12e4b624137198"),
            Map.entry(
                    "root cert full",
                    "3082015a30820101a003020102020101300a06082a8648ce3d04030230143112301006035504030c095465737420726f6f743020170d3230303130313030303030305a180f32313230303130313030303030305a30143112301006035504030c095465737420726f6f743059301306072a8648ce3d020106082a8648ce3d0301070342000402758643e57109dcd5d2964f73e3f612920ddb2a28388284f6924c85850dc37e665f0d2d2a503faec8a46b27619601868ef5e3015cc34923da3308ef8dcf70bca3423040300f0603551d130101ff040530030101ff300e0603551d0f0101ff040403020204301d0603551d0e041604142ac8e3e8304f5f9cd8dcf9546a0f6b0b078d7068300a06082a8648ce3d040302034700304402201314c586ba289a26031d6f94b64cff59fac4b7b12f7d9e9436ce7a89737d1fae02200b2cd55fcba3614e17554eaf97fdc8b44a2439bf72474250db1fa05ec93a8cee"),
            Map.entry(
                    "root key 512",
                    "6cedfe847fd021dde9a50f9124ca7bbc70f2ef79cdad7dc22a785e8388d135c33fabfdb6758bb7df5d18c2490ced7549622b98911a4a4ed7e208662c88670bb5"),
            Map.entry("self key 256", "62266601b3debe0a670e75ea5e557375efe3d6007402e544579a79ece0d81684"),
            Map.entry(
                    "stray cert 512",
                    "b881bd08e252762ccb8761db7d9fe5d989f790c3447b9c96ff9022b787d1e65e7d4a99b85ae7092d95647f8e6a4e618ecccd097076a5186d4a1baf2fbf37cd1e"),
            Map.entry("stray key 256", "d833028338ffacb6068d91d11db5ab5b80912ffea5dbf75e0bac9d58bb1c14ac"),
            Map.entry(
                    "stray key 512",
                    "de0b70c98046b72848b7925185dee843884b8d298a3f25a705a26be71bb1955721262a3165278aeddc738d1aca153b768d09375fd48386e818950a310cecc6f1"),
            Map.entry(
                    "stray key full",
                    "3059301306072a8648ce3d020106082a8648ce3d03010703420004c27893dd27d0d31c5087398780a60a0478d93f29dc53fa1dce18c08951b52a83a9002b5b0b179b2548b3479c7e964add6e4a1e8d821fea521694b9426ac6e9a1"));

    @ParameterizedTest(name = "{0} of {1} seen with {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # record  | data of         | chain shown             | result; nothing: it is the one
            3 1 1     | leaf key 256    | leaf middle             |
            3 0 1     | leaf cert 256   | leaf middle             |
            3 1 2     | leaf key 512    | leaf                    |
            3 0 2     | leaf cert 512   | leaf                    |
            3 0 0     | leaf cert full  | leaf                    |
            3 1 0     | leaf key full   | leaf                    |
            3 1 1     | expired key 256 | expired                 |
            3 1 1     | stray key 256   | stray                   |
            3 1 1     | self key 256    | self                    |
            3 1 1     | leaf key 256    | stray                   | VALIDATION_FAILURE
            3 0 1     | leaf key 256    | leaf                    | VALIDATION_FAILURE
            3 1 1     | middle key 256  | leaf middle             | VALIDATION_FAILURE
            2 0 1     | middle cert 256 | leaf middle             |
            2 1 1     | middle key 256  | leaf middle             |
            2 0 1     | root cert 256   | leaf middle root        |
            2 1 2     | root key 512    | leaf middle root        |
            2 0 1     | root cert 256   | leaf middle             | VALIDATION_FAILURE
            2 0 0     | root cert full  | leaf middle             |
            2 0 0     | other cert full | leaf middle             | VALIDATION_FAILURE
            2 0 1     | leaf cert 256   | leaf                    |
            2 0 1     | other cert 256  | leaf other              | CERTIFICATE_NOT_TRUSTED
            2 0 1     | root cert 256   | leaf root               | CERTIFICATE_NOT_TRUSTED
            2 0 1     | middle cert 256 | expired middle          | CERTIFICATE_EXPIRED
            """)
    void aServerIsWhomItsRecordsSay(String record, String of, String chain, String result) {
        assertThat(judged(List.of(record(record, of)), NAMES, chain)).isEqualTo(Optional.ofNullable(result));
    }

    /** Whoever has issued certificates for others, too (RFC 7672 §3.1.2); the server's own needs none (§3.1.1). */
    @Test
    void aNameCountsWhereTheIssuerIsNamed() {
        List<String> elsewhere = List.of("mx.elsewhere.test");
        assertThat(judged(List.of(record("2 1 1", "middle key 256")), elsewhere, "leaf middle"))
                .contains("CERTIFICATE_HOST_MISMATCH");
        assertThat(judged(List.of(record("3 1 1", "leaf key 256")), elsewhere, "leaf middle"))
                .isEmpty();
        assertThat(judged(
                        List.of(record("2 1 1", "middle key 256")),
                        List.of("mx.elsewhere.test", "a.wild.example.test"),
                        "leaf middle"))
                .isEmpty();
    }

    @Test
    void oneOfSeveralRecordsIsEnough() {
        assertThat(judged(List.of(record("3 1 1", "stray key 256"), record("3 1 1", "leaf key 256")), NAMES, "leaf"))
                .isEmpty();
        assertThat(judged(
                        List.of(record("2 0 1", "other cert 256"), record("2 1 1", "middle key 256")),
                        NAMES,
                        "leaf middle other"))
                .isEmpty();
    }

    /** RFC 7671 §9: what a weaker digest says does not count beside a stronger one of the same kind. */
    @Test
    void ofDigestsTheStrongestCounts() {
        TlsaRecord weak = record("3 1 1", "leaf key 256");
        assertThat(judged(List.of(weak, record("3 1 2", "stray key 512")), NAMES, "leaf"))
                .contains("VALIDATION_FAILURE");
        assertThat(judged(List.of(weak, record("3 0 2", "stray cert 512")), NAMES, "leaf"))
                .isEmpty();
        assertThat(judged(List.of(weak, record("3 1 0", "stray key full")), NAMES, "leaf"))
                .isEmpty();
        assertThat(judged(List.of(weak, new TlsaRecord(3, 1, 2, "00")), NAMES, "leaf"))
                .as("one that is no digest at all")
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,1,1", "1,1,1", "4,1,1", "255,1,1", "3,2,1", "3,1,3", "2,255,1"})
    void whatNobodyUnderstandsOrMailDoesNotUseIsUnusable(int usage, int selector, int matching) {
        TlsaRecord record = new TlsaRecord(usage, selector, matching, "ab".repeat(32));
        assertThat(new DaneCheck(new TlsDemand.Dane(List.of(record), NAMES)).isUsable())
                .isFalse();
        assertThat(new DaneCheck(new TlsDemand.Dane(List.of(record, record("3 1 1", "leaf key 256")), NAMES))
                        .isUsable())
                .isTrue();
    }

    private static Optional<String> judged(List<TlsaRecord> records, List<String> names, String chain) {
        return new DaneCheck(new TlsDemand.Dane(records, names))
                .judge(Certificates.chain(chain.strip().split(" ")))
                .map(failure -> failure.result().name());
    }

    private static TlsaRecord record(String fields, String of) {
        int[] numbers =
                Stream.of(fields.strip().split(" ")).mapToInt(Integer::parseInt).toArray();
        String data = DATA.get(of.strip());
        assertThat(data).as(of).isNotNull();
        return new TlsaRecord(numbers[0], numbers[1], numbers[2], String.valueOf(data));
    }
}
