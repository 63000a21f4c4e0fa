package metering

import (
	"math/big"

	"github.com/shopspring/decimal"

	"rollcall/reports/tariff"
)

// msPerMinute is what a rate per minute is divided by to charge milliseconds.
const msPerMinute = 60_000

// Decimals of what is shown (design.md, section 7).
const (
	quantityPlaces = 6
	costPlaces     = 10
)

// per says how much raw usage one unit of quantity is.
func per(unit string) int64 {
	if unit == tariff.UnitMessage {
		return 1
	}
	return msPerMinute
}

// Quantity is raw usage in its unit: minutes of milliseconds, or a count. It
// has at most 6 decimals, half to even, without trailing zeros.
func Quantity(raw int64, unit string) string {
	return ratio(big.NewInt(raw), 0, per(unit), quantityPlaces)
}

// Cost is raw × rate ÷ 60,000 for time and raw × rate for counts, with at most
// 10 decimals, half to even, without trailing zeros. The product is exact.
func Cost(raw int64, unit string, rate decimal.Decimal) string {
	product := new(big.Int).Mul(big.NewInt(raw), rate.Coefficient())
	return ratio(product, rate.Exponent(), per(unit), costPlaces)
}

// ratio writes coefficient × 10^exponent ÷ divisor with at most the given
// number of decimals, half to even, without trailing zeros. It divides once,
// on integers, so nothing is rounded twice.
func ratio(coefficient *big.Int, exponent int32, divisor int64, places int32) string {
	num, den := new(big.Int).Set(coefficient), big.NewInt(divisor)
	if shift := int64(exponent) + int64(places); shift >= 0 {
		num.Mul(num, power10(shift))
	} else {
		den.Mul(den, power10(-shift))
	}
	return decimal.NewFromBigInt(divideHalfEven(num, den), -places).String()
}

func power10(n int64) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil)
}

// divideHalfEven is num ÷ den for a positive den, to the nearest integer, a
// half to the even one.
func divideHalfEven(num, den *big.Int) *big.Int {
	// Euclidean: the remainder is never negative, so the quotient is the floor
	// and the same comparison serves both signs (a correction is negative).
	q, r := new(big.Int).DivMod(num, den, new(big.Int))
	switch r.Lsh(r, 1).Cmp(den) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		if q.Bit(0) == 1 {
			q.Add(q, big.NewInt(1))
		}
	}
	return q
}
