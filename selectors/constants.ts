// Copyright 2026 the asyncio authors. MIT license.

/**
 * The constants of Python's `socket` module that this layer knows.
 *
 * They are names more than numbers: the numbers are Linux's on every platform, and whoever talks to
 * another operating system translates.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 *
 * @module
 */

/**
 * Address family: Unix domain; an address is a path.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.AF_UNIX}
 */
export const AF_UNIX = 1;
/**
 * Address family: IPv4; an address is `[host, port]`.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.AF_INET}
 */
export const AF_INET = 2;
/**
 * Address family: IPv6; an address is `[host, port, flowinfo, scopeId]`.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.AF_INET6}
 */
export const AF_INET6 = 10;

/**
 * Socket type: a stream of bytes (TCP).
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.SOCK_STREAM}
 */
export const SOCK_STREAM = 1;
/**
 * Socket type: datagrams (UDP).
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.SOCK_DGRAM}
 */
export const SOCK_DGRAM = 2;
/**
 * May be added to the type of a new `NativeSocket`: its calls do not wait.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.SOCK_NONBLOCK}
 */
export const SOCK_NONBLOCK = 0o4000;

/**
 * Option level: the socket itself.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const SOL_SOCKET = 1;
/**
 * Socket option: an address may be bound to again while old connections of it die away.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const SO_REUSEADDR = 2;
/**
 * Socket option, read only: the socket type.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const SO_TYPE = 3;
/**
 * Socket option, read only: how the connection attempt ended, 0 or an error number.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const SO_ERROR = 4;
/**
 * Socket option: datagrams may be sent to all hosts of a network.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const SO_BROADCAST = 6;
/**
 * Socket option: bytes that may wait to be sent.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const SO_SNDBUF = 7;
/**
 * Socket option: bytes that may wait to be received.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const SO_RCVBUF = 8;
/**
 * Socket option: probe an idle connection.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const SO_KEEPALIVE = 9;
/**
 * Socket option: whether, and how long, closing waits for what was sent: two `int`s.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const SO_LINGER = 13;
/**
 * Socket option: several sockets may listen at one address.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const SO_REUSEPORT = 15;

/**
 * Option level: TCP.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const IPPROTO_TCP = 6;
/**
 * TCP option: send small pieces at once.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const TCP_NODELAY = 1;

/**
 * Option level: IPv6.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const IPPROTO_IPV6 = 41;
/**
 * IPv6 option: IPv6 only, not IPv4 as well.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#constants}
 */
export const IPV6_V6ONLY = 26;

/**
 * `shutdown`: no more receiving.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.shutdown}
 */
export const SHUT_RD = 0;
/**
 * `shutdown`: no more sending.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.shutdown}
 */
export const SHUT_WR = 1;
/**
 * `shutdown`: neither.
 *
 * @see {@link https://docs.python.org/3/library/socket.html#socket.socket.shutdown}
 */
export const SHUT_RDWR = 2;
