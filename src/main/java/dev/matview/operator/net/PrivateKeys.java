package dev.matview.operator.net;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads unencrypted private keys in PEM form: PKCS#8 (RFC 5958), which Java reads itself, and the older PKCS#1 (RFC 8017)
 * and SEC 1 (RFC 5915), which cert-manager and CloudNativePG write; these are wrapped into PKCS#8.
 */
public final class PrivateKeys {
    private static final Pattern PEM = Pattern.compile("-----BEGIN (RSA |EC |)PRIVATE KEY-----([^-]+)-----END");
    private static final byte[] VERSION = {0x02, 0x01, 0x00};
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int PARAMETERS = 0xa0;

    private PrivateKeys() {}

    /** Reads the first key of the text; fails when it holds none, or one of an unknown form or algorithm. */
    public static PrivateKey read(String pem) throws GeneralSecurityException {
        Matcher matcher = PEM.matcher(pem);
        if (!matcher.find()) {
            throw new GeneralSecurityException("no unencrypted private key in it");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(matcher.group(2).strip());
            return switch (matcher.group(1)) {
                case "RSA " -> key("RSA", pkcs8(RSA, der));
                case "EC " -> key("EC", pkcs8(element(SEQUENCE, EC_PUBLIC_KEY, curve(der)), der));
                default -> anyAlgorithm(der);
            };
        } catch (IllegalArgumentException | java.nio.BufferUnderflowException e) {
            throw new GeneralSecurityException("the private key is broken", e);
        }
    }

    private static PrivateKey anyAlgorithm(byte[] pkcs8) throws GeneralSecurityException {
        GeneralSecurityException last = null;
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return key(algorithm, pkcs8);
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw new GeneralSecurityException("a private key of an unknown algorithm", last);
    }

    private static PrivateKey key(String algorithm, byte[] pkcs8) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, VERSION, algorithm, element(OCTET_STRING, key));
    }

    /** The object identifier of the curve, which SEC 1 keeps beside the key and PKCS#8 in the algorithm. */
    private static byte[] curve(byte[] sec1) throws GeneralSecurityException {
        ByteBuffer content = ByteBuffer.wrap(sec1);
        content.get();
        length(content);
        while (content.hasRemaining()) {
            int tag = content.get() & 0xff;
            byte[] value = new byte[length(content)];
            content.get(value);
            if (tag == PARAMETERS) {
                return value;
            }
        }
        throw new GeneralSecurityException("the elliptic curve of the private key is not named");
    }

    private static int length(ByteBuffer der) {
        int first = der.get() & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der.get() & 0xff);
        }
        if (length < 0 || length > der.remaining()) {
            throw new IllegalArgumentException("a length beyond the end");
        }
        return length;
    }

    private static byte[] element(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var element = new ByteArrayOutputStream();
        element.write(tag);
        int size = content.size();
        if (size < 0x80) {
            element.write(size);
        } else {
            element.writeBytes(new byte[] {(byte) 0x82, (byte) (size >> 8), (byte) size});
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
