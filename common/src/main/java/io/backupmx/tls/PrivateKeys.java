package io.backupmx.tls;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.DSAKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;

/** Private keys as they lie in PEM files: PKCS #8, and the older forms of RSA (PKCS #1) and EC (SEC 1) keys. */
final class PrivateKeys {

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final byte[] PROBE = {1, 2, 3};

    private PrivateKeys() {}

    /** @param of the public key it belongs to, which says what the older forms leave out */
    static PrivateKey read(Pem pem, PublicKey of) throws GeneralSecurityException {
        byte[] pkcs8 = pem.label().equals("PRIVATE KEY")
                ? pem.content()
                : der(SEQUENCE, VERSION_0, algorithm(of), der(OCTET_STRING, pem.content())); // RFC 5208 §5
        return KeyFactory.getInstance(of.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /** Whether what the one signs the other confirms. */
    static boolean match(PrivateKey secret, PublicKey open) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (open.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    case "DSA" -> "SHA256withDSA";
                    default -> open.getAlgorithm(); // others name their signatures as their keys
                });
        if (open.getAlgorithm().equals("RSASSA-PSS")) {
            signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        signature.initSign(secret);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(open);
        signature.update(PROBE);
        return signature.verify(signed);
    }

    /** For people: {@code EC key of 256 bits}. */
    static String kind(PublicKey key) {
        int bits = switch (key) {
            case RSAKey rsa -> rsa.getModulus().bitLength();
            case ECKey ec -> ec.getParams().getCurve().getField().getFieldSize();
            case DSAKey dsa -> dsa.getParams().getP().bitLength();
            default -> 0;
        };
        return key.getAlgorithm() + " key" + (bits == 0 ? "" : " of " + bits + " bits");
    }

    /** The AlgorithmIdentifier of a SubjectPublicKeyInfo, its first element (RFC 5280 §4.1): that of the private key, too. */
    private static byte[] algorithm(PublicKey key) {
        byte[] info = key.getEncoded();
        int begin = 1 + lengthOctets(info, 1);
        int content = info[begin + 1] & 0xff; // short: names of algorithms have less than 128 octets
        byte[] algorithm = new byte[2 + content];
        System.arraycopy(info, begin, algorithm, 0, algorithm.length);
        return algorithm;
    }

    private static int lengthOctets(byte[] der, int at) {
        int first = der[at] & 0xff;
        return first < 0x80 ? 1 : 1 + (first & 0x7f);
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        int length = content.size();
        if (length < 0x80) {
            whole.write(length);
        } else if (length < 0x100) {
            whole.write(0x81);
            whole.write(length);
        } else {
            whole.write(0x82);
            whole.write(length >> 8);
            whole.write(length & 0xff);
        }
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }
}
