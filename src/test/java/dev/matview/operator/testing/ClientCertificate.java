package dev.matview.operator.testing;

/**
 * A certificate that a server's CA issued for a client.
 *
 * @param certificatePem the certificate, PEM
 * @param keyPem its private key (EC, PKCS #8), PEM
 */
public record ClientCertificate(String certificatePem, String keyPem) {}
