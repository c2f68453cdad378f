package dev.matview.operator.postgres;

/** The certificate of an authority that issued nothing, and whose key was thrown away. */
final class AnotherAuthority {
    static final String PEM = """
            -----BEGIN CERTIFICATE-----
            MIIBjzCCATWgAwIBAgIUZ4xwAMcUHt9Zy5kA0BcpaYlMFZIwCgYIKoZIzj0EAwIw
            HDEaMBgGA1UEAwwRYW5vdGhlciBhdXRob3JpdHkwIBcNMjYxMTIxMDQ1NjMzWhgP
            MjEyNjEwMjgwNDU2MzNaMBwxGjAYBgNVBAMMEWFub3RoZXIgYXV0aG9yaXR5MFkw
            EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEklU2TTz2Fp9UW9jjmfYz9wlAP/C6Y8Bm
            66xWCziB37cFr4ayJZrAedLmH9nJZSqkzja2LHqUmv6pz8Tp7ZSq0aNTMFEwHQYD
            VR0OBBYEFBrsWO9iaO9n3KlLUJUjpZ+9+vgpMB8GA1UdIwQYMBaAFBrsWO9iaO9n
            3KlLUJUjpZ+9+vgpMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg
            HdllSsLBBEe5dabJ223krsXEqjE5VeinDHTsNCSK6qgCIQC8lXQ0xFrjAhF77Xp7
            dGzmLuxJbhpMtVouNz6sIvh3Sg==
            -----END CERTIFICATE-----
            """;

    private AnotherAuthority() {}
}
