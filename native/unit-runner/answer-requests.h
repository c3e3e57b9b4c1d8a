/* Answers the requests of the host, as messages.h has them, until the host is gone. */
#pragma once

void answer_requests(void);
