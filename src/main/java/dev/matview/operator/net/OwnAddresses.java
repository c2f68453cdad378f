package dev.matview.operator.net;

import java.net.InetAddress;

/** The addresses of the operator's own machine and its link, where cloud providers keep credentials too. */
public final class OwnAddresses {
    private OwnAddresses() {}

    /** Whether that is one of them; asked of the address that is connected to, when no name can change it any more. */
    public static boolean include(InetAddress address) {
        return address.isLoopbackAddress() || address.isLinkLocalAddress() || address.isAnyLocalAddress();
    }
}
